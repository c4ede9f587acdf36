"""The columns of a conference: (name, kind, default).

Kinds: s string, ns nullable string, b boolean, i integer, ni nullable integer, dt creation time. References to other
resources are nullable strings, as they are null in the rows of the bench.
"""

FIELDS = [
    ('name', 's', None), ('allow_guests', 'b', False), ('breakout_rooms', 'b', False),
    ('call_type', 's', 'video'), ('creation_time', 'dt', None), ('crypto_mode', 'ns', ''),
    ('denoise_enabled', 'b', False), ('description', 's', ''), ('direct_media', 's', 'never'),
    ('direct_media_notification_duration', 'i', 0), ('enable_active_speaker_indication', 'b', False),
    ('enable_chat', 's', 'default'), ('enable_overlay_text', 'b', False),
    ('force_presenter_into_main', 'b', False), ('gms_access_token', 'ns', None),
    ('guest_identity_provider_group', 'ns', None), ('guest_pin', 's', ''), ('guest_view', 'ns', None),
    ('guests_can_present', 'b', True), ('guests_can_see_guests', 's', 'no_hosts'),
    ('host_identity_provider_group', 'ns', None), ('host_view', 'ns', 'one_main_seven_pips'),
    ('ivr_theme', 'ns', None), ('live_captions_enabled', 's', 'default'), ('match_string', 's', ''),
    ('max_callrate_in', 'ni', None), ('max_callrate_out', 'ni', None),
    ('max_pixels_per_second', 'ns', None), ('media_playlist', 'ns', None), ('mssip_proxy', 'ns', None),
    ('mute_all_guests', 'b', False), ('non_idp_participants', 's', 'disallow_all'),
    ('on_completion', 'ns', ''), ('participant_limit', 'ni', None), ('pin', 's', ''),
    ('pinning_config', 'ns', None), ('post_match_string', 's', ''), ('post_replace_string', 's', ''),
    ('primary_owner_email_address', 's', ''), ('replace_string', 's', ''),
    ('scheduled_conferences_count', 'i', 0), ('service_type', 's', 'conference'),
    ('softmute_enabled', 'b', False), ('sync_tag', 's', ''), ('system_location', 'ns', None),
    ('tag', 's', ''), ('teams_proxy', 'ns', None), ('two_stage_dial_type', 's', 'regular'),
]
