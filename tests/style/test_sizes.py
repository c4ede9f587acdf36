import sizes
import tree

BODY = '    x++;\n'


def function(lines, name='grow'):
    return f'static void {name}(int x,\n                 int y)\n{{\n{BODY * lines}}}\n'


def test_functions():
    text = '#include <a.h>\n\nstruct A {\n    int x;\n};\n\n/* why\n */\n' + function(3) + '\n' + function(1, 'shrink')
    assert sizes.functions(text) == [(9, 'grow', 7), (17, 'shrink', 5)]


def test_blank_lines_and_comments_do_not_count():
    text = 'int f(void)\n{\n\n    /* a\n     * b */\n    return 0; /* c */\n}\n'
    assert sizes.functions(text) == [(1, 'f', 4)]


def test_function_ceiling():
    assert not sizes.check('src/a.c', function(96))
    assert 'grow has 101 lines' in sizes.check('src/a.c', function(97))[0]


def test_file_ceiling():
    assert not sizes.check('src/a.c', 'int x;\n' * 1000)
    assert '1001 lines' in sizes.check('src/a.c', 'int x;\n' * 1001)[0]


def test_tree():
    for warning in sizes.warnings():
        print(warning)
    tree.must_be_clean(sizes.faults())
