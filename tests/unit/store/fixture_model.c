/* The model of the store's tests. */
#include "store/fixture.h"

#define HEAD(name, family)                                                                         \
    "{'resource': '" name "', 'path': '/api/admin/" family "/" name "/', 'label': '" name "',"     \
    " 'help': 'A " name ".', 'permission': 'things', 'effect': 'none',"                            \
    " 'list_methods': ['GET', 'POST'], 'detail_methods': ['GET', 'PATCH', 'DELETE'],"              \
    " 'singleton': false, "
#define FIELD(name, keys) "'" name "': {'help': 'It.', " keys "}"
#define ID FIELD("id", "'type': 'integer', 'readonly': true")

static const char permissions[] =
    "[{'id': 1, 'codename': 'is_admin', 'name': 'a', 'help': 'a'},"
    " {'id': 2, 'codename': 'use_api', 'name': 'a', 'help': 'a'},"
    " {'id': 3, 'codename': 'view_things', 'name': 'a', 'help': 'a'},"
    " {'id': 4, 'codename': 'change_things', 'name': 'a', 'help': 'a'}]";

static const char
    room
        [] =
            HEAD("room", "configuration/v1") "'ordering': ['name', 'created'], 'fields': {" FIELD(
                "aliases",
                "'type': "
                "'related', "
                "'related': "
                "'configuration/"
                "alias', "
                "'many': true,"
                " 'kind': "
                "'children', "
                "'reverse': "
                "'room', "
                "'full': true") "," FIELD("created",
                                          "'type': 'datetime', 'nullable': true, 'index': "
                                          "true") "," FIELD("day",
                                                            "'type': 'date', "
                                                            "'nullable': true") "," FIELD("ended", "'type': 'datetime', 'nullable': true, 'fraction': false") "," ID
                                                                                                                                                              "," FIELD("limit_of",
                                                                                                                                                                        "'type': 'integer', 'nullable': true") "," FIELD("name",
                                                                                                                                                                                                                         "'type': 'string', 'required': true, 'unique': true, 'search': true,"
                                                                                                                                                                                                                         " 'max_length': 250") "," FIELD("open", "'type': 'boolean', 'default': true") "," FIELD("participants",
                                                                                                                                                                                                                                                                                                                 "'type': 'related', 'related': 'configuration/participant', 'many': true,"
                                                                                                                                                                                                                                                                                                                 " 'kind': 'links', 'inverse_of': 'rooms'") "," FIELD("rate",
                                                                                                                                                                                                                                                                                                                                                                      "'type': 'float', 'nullable': true") "," FIELD("tags", "'type': 'related', 'related': 'configuration/tag', 'many': true,"
                                                                                                                                                                                                                                                                                                                                                                                                                             " 'kind': 'links'") "," FIELD("text", "'type': 'string', 'nullable': true") "," FIELD("theme",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                   "'type': 'related', 'related': 'configuration/theme', 'nullable': true,"
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                   " 'on_delete': 'null'") "," FIELD("version",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                     "'type': 'string'") "}}";

static const char alias[] = HEAD(
    "alias",
    "configuration/v1") "'unique_together': [['room', 'place']],"
                        " 'fields': {" FIELD(
                            "alias",
                            "'type': 'string', 'required': true, 'unique': true, 'fold': true,"
                            " 'search': true, 'max_length': 250") "," ID
                                                                  "," FIELD(
                                                                      "place",
                                                                      "'type': "
                                                                      "'integer', "
                                                                      "'nullable': "
                                                                      "true") "," FIELD("room",
                                                                                        "'type': "
                                                                                        "'related'"
                                                                                        ", "
                                                                                        "'related'"
                                                                                        ": "
                                                                                        "'configur"
                                                                                        "ation/"
                                                                                        "room', "
                                                                                        "'on_"
                                                                                        "delete': "
                                                                                        "'cascade"
                                                                                        "'") "}}";

static const char participant[] =
    HEAD("participant",
         "configuration/v1") "'fields': {" ID
                             "," FIELD("name", "'type': 'string'") "," FIELD(
                                 "rooms",
                                 "'type': 'related', 'related': 'configuration/room', 'many': true,"
                                 " 'kind': 'links'") "}}";

static const char theme[] = HEAD("theme", "configuration/v1") "'fields': {" FIELD(
    "base",
    "'type': 'related', 'related': 'configuration/theme', 'nullable': true,"
    " 'on_delete': 'null'") "," ID
                            "," FIELD("name",
                                      "'type': 'string', 'unique': true, 'max_length': "
                                      "50") "," FIELD("note",
                                                      "'type': 'string', 'nullable': "
                                                      "true") "," FIELD("rooms", "'type': "
                                                                                 "'related', "
                                                                                 "'related': "
                                                                                 "'configuration"
                                                                                 "/room', "
                                                                                 "'many': true,"
                                                                                 " 'kind': "
                                                                                 "'inverse', "
                                                                                 "'reverse': "
                                                                                 "'theme'") "}}";

static const char tag[] =
    HEAD("tag", "configuration/v1") "'key': {'name': 'name', 'type': 'text'}, 'fields': {" FIELD(
        "colour", "'type': 'string', 'index': true") "," FIELD("name", "'type': 'string'") "}}";

static const char call[] =
    HEAD("call", "status/v1") "'key': {'name': 'id', 'type': 'uuid'}, 'fields': {" FIELD(
        "id", "'type': 'string', 'readonly': true") "," FIELD("since",
                                                              "'type': 'datetime', 'readonly': "
                                                              "true, 'index': true") "}}";

static const char stream[] =
    HEAD("stream",
         "status/v1/call/<id>") "'key': {'name': 'id', 'type': 'text'}, 'parent': 'status/call', "
                                "'fields': "
                                "{" FIELD("id", "'type': 'string', 'readonly': true") "," FIELD(
                                    "kind", "'type': "
                                            "'string', "
                                            "'readonly': "
                                            "true") "}}";

static const char load[] =
    HEAD("load", "status/v1/call/<id>") "'parent': 'status/call', 'fields': {" FIELD(
        "percent", "'type': 'float', 'readonly': true") "}}";

static const char meeting[] =
    HEAD("meeting", "history/v1") "'fields': {" ID
                                  "," FIELD("name", "'type': 'string', 'readonly': true") "}}";

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
