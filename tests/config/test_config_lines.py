import tomllib

from hypothesis import given
from hypothesis import strategies as st

from socialsync_cli.config.lines import key_lines

DOCUMENT = '''\
# a comment = 1
top = 1  # [not.a.table]
"quoted key" = """
first = 1
[inside]
still inside \\""" and "" more"""
'literal' = \'\'\'
x = 1 \'\' \'\'\'

dotted . "a.b" . 'c' = 2
[table]  # comment
inline = { one = 1, "two" = [1, { deep = 'x' }], three = { four = "}" } }
list = [
  "one",  # , "not this"
  # nor = this

  "two # not a comment",
  ["a", "]"],
]
date = 1979-05-27 07:32:00
after = 1
[table.below]
x = +1_000
[[array]]
name = "first"
[array.sub]
y = 1
[[array]]
name = "second"
  [[array.nested]]
  z = 1
  [[array.nested]]
  z = 2
["\\u0061b"]
last = 1'''

LINES = {
    ("top",): 2,
    ("quoted key",): 3,
    ("literal",): 7,
    ("dotted",): 10,
    ("dotted", "a.b"): 10,
    ("dotted", "a.b", "c"): 10,
    ("table",): 11,
    ("table", "inline"): 12,
    ("table", "inline", "one"): 12,
    ("table", "inline", "two"): 12,
    ("table", "inline", "two", 0): 12,
    ("table", "inline", "two", 1): 12,
    ("table", "inline", "two", 1, "deep"): 12,
    ("table", "inline", "three"): 12,
    ("table", "inline", "three", "four"): 12,
    ("table", "list"): 13,
    ("table", "list", 0): 14,
    ("table", "list", 1): 17,
    ("table", "list", 2): 18,
    ("table", "list", 2, 0): 18,
    ("table", "list", 2, 1): 18,
    ("table", "date"): 20,
    ("table", "after"): 21,
    ("table", "below"): 22,
    ("table", "below", "x"): 23,
    ("array",): 24,
    ("array", 0): 24,
    ("array", 0, "name"): 25,
    ("array", 0, "sub"): 26,
    ("array", 0, "sub", "y"): 27,
    ("array", 1): 28,
    ("array", 1, "name"): 29,
    ("array", 1, "nested"): 30,
    ("array", 1, "nested", 0): 30,
    ("array", 1, "nested", 0, "z"): 31,
    ("array", 1, "nested", 1): 32,
    ("array", 1, "nested", 1, "z"): 33,
    ("ab",): 34,
    ("ab", "last"): 35,
}


def test_every_key_has_its_line():
    tomllib.loads(DOCUMENT)

    assert key_lines(DOCUMENT) == LINES


def test_windows_line_ends_change_nothing():
    assert key_lines(DOCUMENT.replace("\n", "\r\n")) == LINES


def test_a_table_stands_where_it_is_first_spoken_of():
    assert key_lines("\n[a.b]\n[a]\nc = 1") == {("a",): 2, ("a", "b"): 2, ("a", "c"): 4}


@given(st.text(alphabet="ab.=[]{},\"'#\\\n\t 1-_é", max_size=60))
def test_no_text_makes_it_raise_or_hang(text):
    key_lines(text)


def paths(value, path=()):
    """Every path that a parsed document has."""
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, below in entries:
        yield (*path, key)
        yield from paths(below, (*path, key))


keys = st.one_of(
    st.from_regex(r"[A-Za-z0-9_-]{1,4}", fullmatch=True), st.sampled_from(['"a b"', "'#'", '"]\\""', '""'])
)
texts = st.sampled_from(
    ['"x"', "'y'", '""', '"""\n"q" = 1\n"""', "'''\n[z]\n'''", '"\\""', '""""two quotes"" """', "''''one'''"]
)
scalars = st.one_of(texts, st.sampled_from(["1", "-2.5e3", "true", "1979-05-27", "07:32:00", "inf"]))
gaps = st.sampled_from(["", "\n", " # c ] }\n", "\r\n"])
values = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.tuples(st.lists(inner, max_size=3), gaps).map(lambda t: f"[{t[1]}{f',{t[1]}'.join(t[0])}{t[1]}]"),
        st.dictionaries(keys, inner, max_size=3).map(
            lambda table: "{ " + ", ".join(f"{key} = {value}" for key, value in table.items()) + " }"
        ),
    ),
    max_leaves=6,
)
statements = st.one_of(
    st.tuples(keys, values).map(lambda t: f"{t[0]} = {t[1]}"),
    st.tuples(keys, keys, values).map(lambda t: f"{t[0]} . {t[1]}= {t[2]} # c"),
    keys.map(lambda key: f"[{key}]"),
    st.tuples(keys, keys).map(lambda t: f"[ {t[0]}.{t[1]} ]"),
    keys.map(lambda key: f"[[{key}]]"),
    st.tuples(keys, keys).map(lambda t: f"[[{t[0]}.{t[1]}]]"),
    st.just("# = ["),
    st.just(""),
)


@given(st.lists(statements, max_size=8))
def test_whatever_tomllib_reads_has_all_its_lines(parts):
    text = "\n".join(parts)
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    lines = key_lines(text)

    assert set(lines) == set(paths(data))
    # A key stands on a line that holds it, or begins the value that holds it.
    for path, line in lines.items():
        before = "\n".join(text.replace("\r\n", "\n").split("\n")[:line])
        assert isinstance(path[-1], int) or path[-1] in ("", "a b", "#", ']"') or path[-1] in before
