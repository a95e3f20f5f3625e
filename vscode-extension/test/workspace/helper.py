def double(number: int) -> int:
    return 2 * number


def unused() -> int:
    return 0
