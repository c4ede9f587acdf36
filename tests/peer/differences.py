"""Where rostrad differs from the framework on purpose.

{scenario: {step: (parts of the answer that differ, the rule by which they do)}}. An entry that differs no longer, or in
something else, fails the test.
"""
DIFFERENCES = {
    'nothing there': {
        'GET conference/?limit=0': ('body', 'wire 3: the maximum is 10000'),
        'GET conference/abc/': ('headers body', 'wire 6.1: a key of the wrong form is nothing that exists'),
        'GET no_such_resource/': ('headers body', 'wire 1.3: an empty body'),
    },
    'pages': {
        'GET conference/?limit=0&order_by=id': ('body', 'wire 3: the maximum is 10000'),
        'GET conference/?limit=20000': ('body', 'wire 3: the maximum is 10000'),
        'GET conference/?limit=1001': ('body', 'wire 3: the maximum is 10000'),
        'GET conference/?limit=99999999999999999999': (
            'status headers body', 'wire 3: 400 for what is too big for 64 bits'),
    },
    'filters on text': {
        'GET conference/?name__regex=[': ('status body', 'wire 4.3: 400 for an invalid pattern'),
        'GET conference/?name__range=A': ('status body', 'wire 4.3: exactly two values, else 400'),
        'GET conference/?name__range=A,b,c': ('status body', 'wire 4.3: exactly two values, else 400'),
        'GET conference/?name__isnull=x': ('status headers body', 'wire 4.4: 400 for a value of the wrong type'),
    },
    'filters on other types': {
        'GET conference/?participant_limit__range=9': ('status body', 'wire 4.3: exactly two values, else 400'),
        'GET conference/?allow_guests__in=true': ('status headers body', 'wire 4.4: small letters too'),
        'GET conference/?creation_time__gte=2020-01-01T10:00:00Z': (
            'status headers body', 'wire 4.5: offsets are taken'),
        'GET conference/?creation_time__lt=2020-01-01T10:00:00%2B02:00': (
            'status headers body', 'wire 4.5: offsets are taken'),
    },
    'filters through relations': {
        'GET conference/?ivr_theme=/api/admin/configuration/v1/ivr_theme/1/': (
            'status headers body', 'wire 4.6: relations are filtered by address too'),
        'GET conference/?ivr_theme__name__icontains=tones': (
            'status headers body', 'wire 4.6: this release of the framework takes lookups of the last field for none'),
        'GET conference/?ivr_theme__gt=1': (
            'status headers body', 'wire 4.6: only exact, in and isnull on a relation itself'),
        'GET conference/?aliases__alias__startswith=a': (
            'status headers body', 'wire 4.6: this release of the framework takes lookups of the last field for none'),
        'GET conference/?aliases__alias__contains=0': (
            'status headers body', 'wire 4.6: this release of the framework takes lookups of the last field for none'),
        'GET conference/?aliases__isnull=false': ('body', 'wire 4.2: no object twice'),
        'GET conference_alias/?conference__ivr_theme__name__icontains=tones': (
            'status headers body', 'wire 4.6: this release of the framework takes lookups of the last field for none'),
        'GET conference_alias/?conference=<alpha>': (
            'status headers body', 'wire 4.6: relations are filtered by address too'),
        'GET ivr_theme/?conference__aliases__alias__contains=@': (
            'status headers body', 'wire 4.6: this release of the framework takes lookups of the last field for none'),
    },
    'order': {
        'GET conference/?order_by=participant_limit': ('body', 'wire 5: nulls last ascending'),
        'GET conference/?order_by=-participant_limit': ('body', 'wire 5: nulls first descending'),
        'GET conference/?order_by=': ('status headers body', 'wire 5: ignored when empty'),
        'GET conference/?order_by=name__x': ('status body', 'wire 5: 400 for an unknown field'),
    },
    'one and several': {
        'GET conference/set/<beta.id>;/': ('status headers body', 'wire 6.2: empty parts are skipped'),
        'GET conference/set/abc/': ('status headers body', 'wire 6.2: named in not_found'),
        'GET conference/set/<beta.id>;<beta.id>/': ('body', 'wire 6.2: once'),
        'GET conference/<beta.id>/nonsense/': ('headers body', 'wire 1.3: an empty body'),
        'GET conference/?format=xml': ('status headers body', 'wire 1.5: JSON only'),
        'HEAD conference/': ('status headers', 'wire 1.4: as GET'),
        'POST conference': ('status headers body', 'wire 1.3: a write is not redirected'),
    },
    'create': {
        'an array': ('body', 'wire 1.8: the top level is an object'),
        'a number': ('status body', 'wire 1.8: the top level is an object'),
        'null': ('body', 'wire 1.8: the top level is an object'),
        'a form': ('body', 'wire 10.2: both keys'),
        'another type': ('body', 'wire 10.2: both keys'),
        'an id taken': ('status headers body', 'wire 7: an id given is not overwritten'),
        'an id taken, then read': ('body', 'wire 7: an id given is not overwritten'),
        'alias of nothing': ('body', 'wire 7: required and absent is a field error'),
        'alias of null': ('status body', 'wire 7: required and null is a field error'),
        'alias of what is gone': ('body', 'wire 9.2: a fault of a relation is a field error'),
        'alias of another resource': ('status body', 'wire 9.2: a fault of a relation is a field error'),
        'alias of a word': ('status body', 'wire 9.2: a fault of a relation is a field error'),
        'alias in capitals': ('status headers body', 'wire 7: aliases are unique in small letters'),
        'participant of two (rooms), then read': ('body', 'wire 7: aliases are unique in small letters'),
        'participant of a lost room': ('body', 'wire 9.2: a fault of a relation is a field error'),
    },
    'PUT of one': {
        'PUT with other aliases, then read': ('body', 'wire 9.3: to-many given are replaced as a whole'),
        'PUT an array': ('status headers body', 'wire 1.8: the top level is an object'),
        'PUT to a bad id': ('status headers body', 'wire 8: 404 for an invalid id'),
        'PUT another id, then read': ('body', 'wire 8.1: an id in the body is ignored'),
        'PUT another id (other), then read': ('status headers body', 'wire 8.1: an id in the body is ignored'),
    },
    'PATCH of one': {
        'PATCH a lost relation': ('body', 'wire 9.2: a fault of a relation is a field error'),
        'PATCH an array': ('status body', 'wire 1.8: the top level is an object'),
        'PATCH aliases, then read': ('body', 'wire 8.2: to-many given are replaced as a whole'),
        'PATCH no aliases, then read': ('body', 'wire 8.2: to-many given are replaced as a whole'),
        'PATCH of a bad id': ('headers body', 'wire 6.1: a key of the wrong form is nothing that exists'),
        'PATCH a lost link': ('body', 'wire 9.2: a fault of a relation is a field error'),
    },
    'lists': {
        'list with unknown deletion': ('status headers body', 'wire 8.3: what is gone is ignored'),
        'list with foreign deletion': ('status body', 'wire 8.3: 400'),
        'list with words': ('body', 'wire 8.3: 400 for members that are no objects'),
        'delete misspelt': ('status headers body', 'wire 8.4: unknown filters are refused'),
        'delete misspelt, then read': ('body', 'wire 8.4: unknown filters are refused'),
    },
    'what is taken': {
        'a taken alias': ('status headers body', "wire 7: a nested object can't take over another's"),
        'a taken alias, then read': ('body', "wire 7: a nested object can't take over another's"),
        'PATCH a taken alias': ('status headers body', "wire 7: a nested object can't take over another's"),
        'PATCH a taken alias, then read': ('body', "wire 7: a nested object can't take over another's"),
    },
    'list PATCH to an id': {
        'list to a new id, then read': ('status headers body', 'wire 8.3: created with that id'),
    },
    'deletion': {
        'delete without slash': ('status headers body', 'wire 1.3: a write is not redirected'),
    },
}
