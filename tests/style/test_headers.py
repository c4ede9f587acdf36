import os
import pathlib

import headers
import pytest
import tree


def test_good_and_bad(tmp_path):
    (tmp_path / 'good.h').write_text('#pragma once\n#include <stddef.h>\nsize_t length(void);\n')
    (tmp_path / 'bad.h').write_text('#pragma once\nsize_t length(void);\n')
    assert not headers.check('good.h', [tmp_path])
    assert 'bad.h does not compile alone' in headers.check('bad.h', [tmp_path])


def test_tree():
    build = pathlib.Path(os.environ.get('ROSTRA_BUILD', tree.TOP / 'build-test'))
    if not build.is_dir():
        pytest.skip('needs a build folder, for the generated headers')
    tree.must_be_clean(headers.faults(build))
