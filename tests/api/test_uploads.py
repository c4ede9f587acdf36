"""Files by multipart: how they are told apart, what is kept, and what is refused of archives."""
import io
import struct
import zipfile

import pytest

SOUND = b'RIFF$\x00\x00\x00WAVEfmt ' + bytes(range(256)) * 20
BROKEN = 'This is no ZIP archive, or it is broken.'
NAME = "The archive has an entry whose name isn't taken"


def archive(*entries, method=zipfile.ZIP_DEFLATED, comment=b''):
    """A zip of (name or ZipInfo, content)."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, 'w', method) as out:
        out.comment = comment
        for name, content in entries:
            out.writestr(name, content)
    return target.getvalue()


GOOD = archive(('entry_tone.wav', SOUND), ('sounds/', b''), ('sounds/leave_tone.wav', SOUND), ('bjørn/日本.txt', b'x'))


def info(name, mode=None, **fields):
    made = zipfile.ZipInfo(name)
    made.compress_type = zipfile.ZIP_DEFLATED
    if mode is not None:
        made.create_system = 3
        made.external_attr = mode << 16
    for field, value in fields.items():
        setattr(made, field, value)
    return made


def renamed(old, new, times=2, data=None):
    """An archive whose entry has a name that the library wouldn't write."""
    assert len(old) == len(new)
    data = data if data is not None else archive((old.decode(), b'x'))
    assert data.count(old) == times
    return data.replace(old, new)


def two_of_one_name():
    with pytest.warns(UserWarning):
        return archive(('a.txt', b'1'), ('a.txt', b'2'))


def patched(data, mark, offset, form, value):
    """With a number changed in the first record that has this mark."""
    at = data.index(mark) + offset
    return data[:at] + struct.pack(form, value) + data[at + struct.calcsize(form):]


def changed_byte(data):
    at = data.index(SOUND[:4]) + 100
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1:]


def lying_bomb():
    """Says that it unpacks to 10 bytes."""
    data = archive(('bomb', bytes(32 << 20)))
    return patched(patched(data, b'PK\x01\x02', 24, '<I', 10), b'PK\x03\x04', 22, '<I', 10)


END = b'PK\x05\x06'
BAD = {
    'nothing': (b'', BROKEN),
    'a text': (b'PK this is no archive', BROKEN),
    'cut': (GOOD[:-30], BROKEN),
    'cut in the middle': (GOOD[:len(GOOD) // 2], BROKEN),
    'its end alone': (GOOD[len(GOOD) // 2:], BROKEN),
    'another byte': (changed_byte(archive(('a.wav', SOUND), method=zipfile.ZIP_STORED)), BROKEN),
    'something before it': (b'#!/bin/sh\n' + GOOD, BROKEN),
    'something behind it': (GOOD + b'more', BROKEN),
    'two ends': (archive(('a', b'x'), comment=END + bytes(18)), BROKEN),
    'names that differ': (renamed(b'name', b'eman', data=archive(('name', b'x'))).replace(b'eman', b'name', 1), BROKEN),
    'more entries than there are': (patched(GOOD, END, 10, '<H', 9), BROKEN),
    'a size that is wrong': (patched(GOOD, b'PK\x01\x02', 24, '<I', 1), BROKEN),
    'too many entries': (archive(*((f'{n}', b'') for n in range(10001))), 'The archive has too many entries.'),
    'a bomb': (archive(('bomb', bytes(64 << 20))), 'The archive is packed too tightly to be unpacked.'),
    'many small bombs': (archive(*((f'{n}', bytes(1 << 20)) for n in range(64))),
                         'The archive is packed too tightly to be unpacked.'),
    'a bomb that lies': (lying_bomb(), BROKEN),
    'says it is large': (patched(patched(GOOD, b'PK\x01\x02', 24, '<I', 0xfffffffe), b'PK\x03\x04', 22, '<I', 0xfffffffe),
                         'The archive unpacks to too many bytes.'),
    'encrypted': (patched(patched(GOOD, b'PK\x01\x02', 8, '<H', 1), b'PK\x03\x04', 6, '<H', 1),
                  'The archive is encrypted.'),
    'bzip2': (archive(('a', SOUND), method=zipfile.ZIP_BZIP2),
              "The archive is packed by a method that isn't taken; use deflate."),
    'a link': (archive((info('link', 0o120777), b'/etc/passwd')), 'The archive has a link or device.'),
    'a pipe': (archive((info('pipe', 0o010644), b'')), 'The archive has a link or device.'),
    'twice the same': (two_of_one_name, 'The archive has two entries of one name.'),
    'file and folder': (archive(('a', b'1'), ('a/', b'')), 'The archive has two entries of one name.'),
    'NUL': (renamed(b'name.txt', b'na\0e.txt'), NAME),
    'empty name': (patched(archive(('x', b'')), b'PK\x01\x02', 28, '<H', 0), None),
}
NAMES = ['../up', 'a/../../up', '..', 'a/..', '/etc/passwd', '//server/share', './a', 'a/./b', 'a//b', 'C:x', 'a:stream',
         'line\nfeed', '\x7f', 'x' * 513]


@pytest.mark.parametrize('case', BAD)
def test_archives_that_are_refused(client, case):
    """wire 9.5: a fault of the field, together with those of others, and nothing is kept."""
    content, text = BAD[case]
    content = content() if callable(content) else content
    answer = client.post('ivr_theme/', files={'name': (None, 'Refused'), 'package': ('theme.zip', content)})
    assert answer.status_code == 400, answer.text
    assert list(answer.json()) == ['ivr_theme'] and list(answer.json()['ivr_theme']) == ['package']
    (told,) = answer.json()['ivr_theme']['package']
    assert text is None or told.startswith(text)
    assert client.objects('ivr_theme/', name='Refused') == []


@pytest.mark.parametrize('name', NAMES)
def test_names_that_are_refused(client, name):
    """wire 9.5: path tricks in entries."""
    answer = client.post('ivr_theme/', files={'name': (None, 'Refused'), 'package': ('theme.zip', archive((name, b'x')))})
    assert answer.status_code == 400 and NAME in answer.json()['ivr_theme']['package'][0]


def test_backslashes_are_refused(client):
    """wire 9.5: some systems take them for folders."""
    content = renamed(b'up.txt', b'..\\txt')
    answer = client.post('ivr_theme/', files={'name': (None, 'Refused'), 'package': ('theme.zip', content)})
    assert answer.status_code == 400 and NAME in answer.json()['ivr_theme']['package'][0]


@pytest.mark.parametrize('content', [
    GOOD, archive(), archive(('a.txt', b'x'), comment=b'made by hand'), archive(('a', b'x'), method=zipfile.ZIP_STORED),
    archive((info('mode', 0o100644), b'x'), (info('folder/', 0o040755), b'')),
    archive(('silence.wav', bytes(12 << 20))), archive(*((f'd/{n}', b'x') for n in range(10000)))],
    ids=['good', 'empty', 'comment', 'stored', 'modes', 'silence', 'many'])
def test_archives_that_are_taken(client, content):
    """wire 9.5"""
    answer = client.post('ivr_theme/', files={'name': (None, 'Taken'), 'package': ('theme.zip', content)})
    assert answer.status_code == 201, answer.text
    assert client.read(answer.headers['Location'])['package'] is None


def test_faults_come_together(client):
    """wire 7, 9.5: the archive, and a name that is taken."""
    client.create('ivr_theme', name='Held theme')
    answer = client.post('ivr_theme/', files={'name': (None, 'Held theme'), 'package': ('theme.zip', b'x')})
    assert set(answer.json()['ivr_theme']) == {'name', 'package'}
    assert 'already exists' in answer.json()['ivr_theme']['name'][0]


def test_branding(client):
    """wire 9.5: POST and PATCH, with the same rules; the file is required."""
    texts = {'name': (None, 'Branded'), 'webapp_type': (None, 'webapp3')}
    missing = client.post('webapp_branding/', files=texts)
    assert missing.json() == {'webapp_branding': {'branding_file': ['This field is required.']}}
    answer = client.post('webapp_branding/', files={**texts, 'branding_file': ('b.zip', GOOD)})
    assert answer.status_code == 201
    path = answer.headers['Location']
    for content, status in ((b'none', 400), (archive(('../up', b'x')), 400), (archive(('index.html', b'x')), 202)):
        answer = client.patch(path, files={'branding_file': ('b.zip', content)})
        assert answer.status_code == status
        assert status == 202 or list(answer.json()['webapp_branding']) == ['branding_file']
    client.change(path, description='The file that is left out stays')


MEDIA = [
    (b'\x00\x00\x00\x20ftypisom' + bytes(64), 'mp4', 'video'), (b'\x00\x00\x00\x14ftypqt  ' + bytes(64), 'mov', 'video'),
    (b'\x1a\x45\xdf\xa3\x9fB\x86\x81\x01B\xf7\x81\x01B\xf2\x81\x04B\xf3\x81\x08B\x82\x84webm', 'webm', 'video'),
    (b'\x1a\x45\xdf\xa3\x01\x00\x00\x00matroska', 'mkv', 'video'), (b'RIFF\x00\x00\x00\x00AVI LIST', 'avi', 'video'),
    (SOUND, 'wav', 'audio'), (b'ID3\x04' + bytes(20), 'mp3', 'audio'), (b'\xff\xfb\x90' + bytes(20), 'mp3', 'audio'),
    (b'\x89PNG\r\n\x1a\n' + bytes(8), 'png', 'image'), (b'\xff\xd8\xff\xe0' + bytes(8), 'jpeg', 'image'),
    (b'GIF89a' + bytes(8), 'gif', 'image'), (b'anything', 'txt', ''), (b'', 'txt', '')]


@pytest.mark.parametrize('content, form, kind', MEDIA)
def test_media_are_told_by_their_content(client, content, form, kind):
    """wire 9.5: size, format and type are derived; the name tells only where the content doesn't."""
    answer = client.post('media_library_entry/', files={'name': (None, 'Medium'), 'media_file': ('a.txt', content)})
    assert answer.status_code == 201, answer.text
    shown = client.read(answer.headers['Location'])
    assert (shown['media_format'], shown['media_type'], shown['media_size']) == (form, kind, len(content))
    assert shown['file_name'] == 'a.txt' and shown['media_file'] is None


@pytest.mark.parametrize('sent, kept', [
    ('film.mp4', 'film.mp4'), ('../../etc/passwd', 'passwd'), ('/etc/passwd', 'passwd'), ('C:\\Videos\\film.mp4', 'film.mp4'),
    ('..\\..\\film.mp4', 'film.mp4'), ('a/b\\c', 'c'), ('..', 'file'), ('dir/..', 'file'), ('.', 'file'), ('', 'file'),
    ('tab\there', 'tabhere'), ('日本.mp4', '日本.mp4')])
def test_names_of_files(client, sent, kept):
    """wire 9.5: nobody trusts them; the last part of a path is kept."""
    body = ('--X\r\nContent-Disposition: form-data; name="name"\r\n\r\nNamed\r\n'
            f'--X\r\ncontent-disposition: form-data; NAME="media_file"; filename="{sent}"\r\n\r\nabc\r\n--X--\r\n')
    answer = client.request('POST', 'media_library_entry/', data=body.replace('\\', '\\\\').encode(),
                            headers={'Content-Type': 'multipart/form-data; boundary=X'})
    assert answer.status_code == 201, answer.text
    assert client.read(answer.headers['Location'])['file_name'] == kept


def test_files_as_json(client):
    """wire 9.5: a text is no file, null and "" leave it as it is."""
    for resource, field in (('ivr_theme', 'package'), ('webapp_branding', 'branding_file'),
                            ('media_library_entry', 'media_file')):
        answer = client.post(f'{resource}/', {'name': 'Text', field: 'UEsFBgAAAAAAAAAAAAAAAAAAAAAAAA=='})
        assert answer.status_code == 400 and field in answer.json()[resource]
    path = client.create('ivr_theme', name='No text', package=None)
    for value in (None, ''):
        client.change(path, package=value)


def test_what_is_kept(server, client):
    """wire 9.5: a file of content that was refused isn't."""
    def kept():
        folder = server.data / 'files'
        return {file.name for file in folder.iterdir()} if folder.exists() else set()
    before = kept()
    client.post('ivr_theme/', files={'name': (None, 'Unkept'), 'package': ('a.zip', b'refused and unique')})
    assert kept() == before
    content = archive(('unique', b'taken and unique'))
    assert client.post('ivr_theme/', files={'name': (None, 'Kept'), 'package': ('a.zip', content)}).status_code == 201
    assert len(kept()) == len(before) + 1


