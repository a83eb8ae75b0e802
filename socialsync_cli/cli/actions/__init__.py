"""What commands do, once they are parsed: heavy libraries may be imported here."""
