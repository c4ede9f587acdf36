"""What the data folders in tests/upgrade/ were filled with, and what a program of any later version must read back."""
ROOT = '/api/admin/configuration/v1/'

# Resource, body; in an order in which each finds what it names.
CONTENT = [
    ('ivr_theme', {'name': 'Blue', 'uuid': '0b1c2d3e-0000-4000-8000-000000000001'}),
    ('system_location', {'name': 'Oslo'}),
    ('conference', {'name': 'Æther & Ωmega', 'service_type': 'conference', 'pin': '123456', 'allow_guests': True,
                    'guest_pin': '654321', 'tag': 'upgrade', 'ivr_theme': {'name': 'Blue'},
                    'aliases': [{'alias': 'Aether@example.com'}, {'alias': '12345678901234567890'}]}),
    ('conference', {'name': 'Lecture', 'service_type': 'lecture'}),
    ('conference_alias', {'alias': 'lecture', 'conference': ROOT + 'conference/2/'}),
    ('automatic_participant', {'alias': 'recorder@example.com', 'protocol': 'sip', 'role': 'guest', 'remote_display_name': 'Recorder',
                               'conference': [ROOT + 'conference/1/', ROOT + 'conference/2/']}),
    ('gateway_routing_rule', {'name': 'Out', 'priority': 20, 'match_string': '.*@example\\.net', 'outgoing_protocol': 'sip',
                              'disabled_codecs': [{'value': 'H264_H_0'}]}),
    ('device', {'alias': 'Phone@example.com', 'username': 'phone', 'password': 'a secret', 'enable_sip': True}),
    ('role', {'name': 'Viewer', 'permissions': [2, 11]}),
    ('administrator', {'name': 'eve', 'password': 'hers', 'roles': [3]}),
]
