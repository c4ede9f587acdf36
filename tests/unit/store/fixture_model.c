/* The model of the store's tests. */
#include "store/fixture.h"

static const char permissions[] =
    "[{'id': 1, 'codename': 'is_admin', 'name': 'a', 'help': 'a'},"
    " {'id': 2, 'codename': 'use_api', 'name': 'a', 'help': 'a'},"
    " {'id': 3, 'codename': 'view_things', 'name': 'a', 'help': 'a'},"
    " {'id': 4, 'codename': 'change_things', 'name': 'a', 'help': 'a'}]";

static const char room[] =
    "{'resource': 'room', 'path': '/api/admin/configuration/v1/room/', 'label': 'It', 'help': "
    "'It.',"
    " 'permission': 'things', 'effect': 'none', 'list_methods': ['GET', 'POST'],"
    " 'detail_methods': ['GET', 'PATCH', 'DELETE'],"
    " 'singleton': false, 'ordering': ['name', 'created'],"
    " 'fields': {"
    " 'aliases': {'help': 'It.', 'type': 'related', 'related': 'configuration/alias',"
    " 'many': true, 'kind': 'children', 'reverse': 'room', 'full': true},"
    " 'created': {'help': 'It.', 'type': 'datetime', 'nullable': true, 'index': true},"
    " 'day': {'help': 'It.', 'type': 'date', 'nullable': true},"
    " 'ended': {'help': 'It.', 'type': 'datetime', 'nullable': true, 'fraction': false},"
    " 'id': {'help': 'It.', 'type': 'integer', 'readonly': true},"
    " 'limit_of': {'help': 'It.', 'type': 'integer', 'nullable': true},"
    " 'name': {'help': 'It.', 'type': 'string', 'required': true, 'unique': true,"
    " 'search': true, 'max_length': 250},"
    " 'open': {'help': 'It.', 'type': 'boolean', 'default': true},"
    " 'participants': {'help': 'It.', 'type': 'related', 'related':"
    " 'configuration/participant', 'many': true, 'kind': 'links', 'inverse_of': 'rooms'},"
    " 'rate': {'help': 'It.', 'type': 'float', 'nullable': true},"
    " 'tags': {'help': 'It.', 'type': 'related', 'related': 'configuration/tag', 'many':"
    " true, 'kind': 'links'},"
    " 'text': {'help': 'It.', 'type': 'string', 'nullable': true},"
    " 'theme': {'help': 'It.', 'type': 'related', 'related': 'configuration/theme',"
    " 'nullable': true, 'on_delete': 'null'},"
    " 'version': {'help': 'It.', 'type': 'string'}}}";

static const char alias[] =
    "{'resource': 'alias', 'path': '/api/admin/configuration/v1/alias/', 'label': 'It', 'help': "
    "'It.',"
    " 'permission': 'things', 'effect': 'none', 'list_methods': ['GET', 'POST'],"
    " 'detail_methods': ['GET', 'PATCH', 'DELETE'],"
    " 'singleton': false, 'unique_together': [['room', 'place']],"
    " 'fields': {"
    " 'alias': {'help': 'It.', 'type': 'string', 'required': true, 'unique': true,"
    " 'fold': true, 'search': true, 'max_length': 250},"
    " 'id': {'help': 'It.', 'type': 'integer', 'readonly': true},"
    " 'place': {'help': 'It.', 'type': 'integer', 'nullable': true},"
    " 'room': {'help': 'It.', 'type': 'related', 'related': 'configuration/room',"
    " 'on_delete': 'cascade'}}}";

static const char participant[] =
    "{'resource': 'participant', 'path': '/api/admin/configuration/v1/participant/', 'label': "
    "'It', 'help': "
    "'It.',"
    " 'permission': 'things', 'effect': 'none', 'list_methods': ['GET', 'POST'],"
    " 'detail_methods': ['GET', 'PATCH', 'DELETE'],"
    " 'singleton': false,"
    " 'fields': {"
    " 'id': {'help': 'It.', 'type': 'integer', 'readonly': true},"
    " 'name': {'help': 'It.', 'type': 'string'},"
    " 'rooms': {'help': 'It.', 'type': 'related', 'related': 'configuration/room',"
    " 'many': true, 'kind': 'links'}}}";

static const char theme[] =
    "{'resource': 'theme', 'path': '/api/admin/configuration/v1/theme/', 'label': 'It', 'help': "
    "'It.',"
    " 'permission': 'things', 'effect': 'none', 'list_methods': ['GET', 'POST'],"
    " 'detail_methods': ['GET', 'PATCH', 'DELETE'],"
    " 'singleton': false,"
    " 'fields': {"
    " 'base': {'help': 'It.', 'type': 'related', 'related': 'configuration/theme',"
    " 'nullable': true, 'on_delete': 'null'},"
    " 'id': {'help': 'It.', 'type': 'integer', 'readonly': true},"
    " 'name': {'help': 'It.', 'type': 'string', 'unique': true, 'max_length': 50},"
    " 'note': {'help': 'It.', 'type': 'string', 'nullable': true},"
    " 'rooms': {'help': 'It.', 'type': 'related', 'related': 'configuration/room',"
    " 'many': true, 'kind': 'inverse', 'reverse': 'theme'}}}";

static const char tag[] =
    "{'resource': 'tag', 'path': '/api/admin/configuration/v1/tag/', 'label': 'It', 'help': 'It.',"
    " 'permission': 'things', 'effect': 'none', 'list_methods': ['GET', 'POST'],"
    " 'detail_methods': ['GET', 'PATCH', 'DELETE'],"
    " 'singleton': false, 'key': {'name': 'name', 'type': 'text'},"
    " 'fields': {"
    " 'colour': {'help': 'It.', 'type': 'string', 'index': true},"
    " 'name': {'help': 'It.', 'type': 'string'}}}";

static const char call[] =
    "{'resource': 'call', 'path': '/api/admin/status/v1/call/', 'label': 'It', 'help': 'It.',"
    " 'permission': 'things', 'effect': 'none', 'list_methods': ['GET', 'POST'],"
    " 'detail_methods': ['GET', 'PATCH', 'DELETE'],"
    " 'singleton': false, 'key': {'name': 'id', 'type': 'uuid'},"
    " 'fields': {"
    " 'id': {'help': 'It.', 'type': 'string', 'readonly': true},"
    " 'since': {'help': 'It.', 'type': 'datetime', 'readonly': true, 'index': true}}}";

static const char stream[] =
    "{'resource': 'stream', 'path': '/api/admin/status/v1/call/<id>/stream/', 'label': 'It', "
    "'help': 'It.',"
    " 'permission': 'things', 'effect': 'none', 'list_methods': ['GET', 'POST'],"
    " 'detail_methods': ['GET', 'PATCH', 'DELETE'],"
    " 'singleton': false, 'key': {'name': 'id', 'type': 'text'}, 'parent': 'status/call',"
    " 'fields': {"
    " 'id': {'help': 'It.', 'type': 'string', 'readonly': true},"
    " 'kind': {'help': 'It.', 'type': 'string', 'readonly': true}}}";

static const char load[] =
    "{'resource': 'load', 'path': '/api/admin/status/v1/call/<id>/load/', 'label': 'It', 'help': "
    "'It.',"
    " 'permission': 'things', 'effect': 'none', 'list_methods': ['GET', 'POST'],"
    " 'detail_methods': ['GET', 'PATCH', 'DELETE'],"
    " 'singleton': false, 'parent': 'status/call',"
    " 'fields': {"
    " 'percent': {'help': 'It.', 'type': 'float', 'readonly': true}}}";

static const char meeting[] =
    "{'resource': 'meeting', 'path': '/api/admin/history/v1/meeting/', 'label': 'It', 'help': "
    "'It.',"
    " 'permission': 'things', 'effect': 'none', 'list_methods': ['GET', 'POST'],"
    " 'detail_methods': ['GET', 'PATCH', 'DELETE'],"
    " 'singleton': false,"
    " 'fields': {"
    " 'id': {'help': 'It.', 'type': 'integer', 'readonly': true},"
    " 'name': {'help': 'It.', 'type': 'string', 'readonly': true}}}";

#define FILE_OF(name, text)                                                                        \
    {                                                                                              \
        name,                                                                                      \
        {                                                                                          \
            text, sizeof(text) - 1                                                                 \
        }                                                                                          \
    }

const ModelFile fixture_files[] = {
    FILE_OF("permissions.json", permissions),
    FILE_OF("configuration/alias.json", alias),
    FILE_OF("configuration/participant.json", participant),
    FILE_OF("configuration/room.json", room),
    FILE_OF("configuration/tag.json", tag),
    FILE_OF("configuration/theme.json", theme),
    FILE_OF("status/call.json", call),
    FILE_OF("status/call.stream.json", stream),
    FILE_OF("status/call.load.json", load),
    FILE_OF("history/meeting.json", meeting),
};
const size_t fixture_n_files = ARRAY_N(fixture_files);
