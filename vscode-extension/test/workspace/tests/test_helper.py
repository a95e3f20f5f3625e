from helper import double


def test_doubles():
    assert double(2) == 4


def test_is_wrong_about_zero():
    assert double(0) == 1
