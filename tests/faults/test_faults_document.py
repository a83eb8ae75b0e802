from faults_document import DOCUMENT, document


def test_the_document_is_what_the_table_says():
    assert DOCUMENT.read_text(encoding="utf-8") == document(), "run python tests/faults/faults_document.py"
