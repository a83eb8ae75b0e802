"""socialsync: every page's followers, posts, comments and figures in your own SQL database, every day."""

__version__ = "0.1.0"
