/* What a build refuses (model/README.md): each rule with the text that names file and field. */
#include <stdio.h>

#include "small.h"
#include "test.h"

enum { ARENA_LIMIT = 64 * 1024 * 1024 };

#define MAIN "configuration/thing.json"

/* Each is loaded beside configuration/other.json and embedded/part.json. */
static const char other[] = SMALL_RESOURCE(
    "other",
    SMALL_FIELD("name", "'type': 'string', 'unique': true, 'max_length': 9")
        SMALL_FIELD("nothing", "'type': 'related', 'related': 'configuration/thing',"
                               "'on_delete': 'null', 'nullable': true")
            SMALL_FIELD("part", "'type': 'related', 'related': 'configuration/thing',"
                                "'on_delete': 'cascade'")
                SMALL_FIELD("things", "'type': 'related', 'related': 'configuration/thing',"
                                      "'many': true, 'kind': 'links'"),
    ", 'seeds': [{'id': 1, 'values': {}}]");
static const char part[] = SMALL_PART("'v': {'type': 'integer', 'help': 'V.', 'required': true,"
                                      "'max': 5}");

static void refused(const char *const files[], const char *expected)
{
    CLEANUP(arena_free) Arena *a = arena_new(ARENA_LIMIT);
    CLEANUP(model_free) Model *m = NULL;
    const Err *e = small_load(a, files, &m);
    if (e == NULL) {
        fail_msg("taken: %s (expected: %s)", files[1], expected);
        return;
    }
    assert_int_equal(e->kind, ERR_INVALID);
    assert_string_equal(e->text, expected);
    assert_null(m);
}

static void thing_refused(const char *text, const char *fault)
{
    char expected[512];
    const char *const files[] = {
        MAIN, text, "configuration/other.json", other, "embedded/part.json", part, NULL};
    (void)snprintf(expected, sizeof expected, MAIN ": %s", fault);
    refused(files, expected);
}

/* Keys of the field f, and the fault. */
static const char *const fields[][2] = {
    {"", "f: type is missing"},
    {"'type': 'text'", "f: there is no type \"text\""},
    {"'type': 7", "f: type has the wrong type"},
    {"'type': 'string', 'max_lenght': 3", "f: unknown key \"max_lenght\""},
    {"'type': 'string', 'type': 'string'", "f: type stands twice"},
    {"'type': 'string', 'format': 'phone'", "f: there is no format \"phone\""},
    {"'type': 'string', 'secret': 'yes'", "f: there is no secret \"yes\""},
    {"'type': 'string', 'secret': 'once'", "f: what the server makes is readonly"},
    {"'type': 'string', 'hidden': true", "f: what the server makes is readonly"},
    {"'type': 'string', 'effect': 'x'", "f: there is no effect \"x\""},
    {"'type': 'string', 'inferred': ['default']", "f: inferred names a key that isn't there"},
    {"'type': 'string', 'pattern': '('",
     "f: pattern: Not a valid regular expression: missing closing parenthesis at character 2."},
    {"'type': 'string', 'min_length': 4, 'max_length': 3", "f: the bounds leave nothing"},
    {"'type': 'integer', 'min': 4, 'max': 3", "f: the bounds leave nothing"},
    {"'type': 'string', 'choices': [1]", "f: a choice is of another type"},
    /* keys that go with other types */
    {"'type': 'boolean', 'choices': [true]", "f: choices doesn't go with this type"},
    {"'type': 'string', 'min': 3", "f: min doesn't go with this type"},
    {"'type': 'integer', 'max_length': 3", "f: max_length doesn't go with this type"},
    {"'type': 'integer', 'secret': 'mask'", "f: secret doesn't go with this type"},
    {"'type': 'string', 'related': 'configuration/other'", "f: related doesn't go with this type"},
    {"'type': 'string', 'on_delete': 'null'", "f: on_delete doesn't go with this type"},
    {"'type': 'datetime', 'generated': 'blank'", "f: generated doesn't go with this type"},
    {"'type': 'string', 'generated': 'change'", "f: generated doesn't go with this type"},
    {"'type': 'string', 'fold': true, 'max_length': 3", "f: fold goes with unique"},
    {"'type': 'string', 'unique': true", "f: a unique text needs max_length"},
    /* required */
    {"'type': 'string', 'required': true, 'default': ''",
     "f: required goes with neither default nor nullable nor readonly"},
    {"'type': 'string', 'required': true, 'nullable': true",
     "f: required goes with neither default nor nullable nor readonly"},
    {"'type': 'string', 'required': true, 'readonly': true",
     "f: required goes with neither default nor nullable nor readonly"},
    /* defaults */
    {"'type': 'string', 'secret': 'mask', 'nullable': true, 'default': ''",
     "f: the default of a secret is what it shows when unset"},
    {"'type': 'string', 'secret': 'mask', 'default': 'open'",
     "f: the default of a secret is what it shows when unset"},
    {"'type': 'string', 'secret': 'blank', 'nullable': true, 'default': null",
     "f: the default of a secret is what it shows when unset"},
    {"'type': 'string', 'default': 7", "f: the default has the wrong type or form"},
    {"'type': 'integer', 'default': '7'", "f: the default has the wrong type or form"},
    {"'type': 'boolean', 'default': 0", "f: the default has the wrong type or form"},
    {"'type': 'list', 'default': {}", "f: the default has the wrong type or form"},
    {"'type': 'dict', 'default': []", "f: the default has the wrong type or form"},
    {"'type': 'date', 'default': '2023-02-29'", "f: the default has the wrong type or form"},
    {"'type': 'time', 'default': '25:00'", "f: the default has the wrong type or form"},
    {"'type': 'datetime', 'default': 'now'", "f: the default has the wrong type or form"},
    {"'type': 'string', 'default': null", "f: the default can't be: null isn't allowed"},
    {"'type': 'string', 'default': 'c', 'choices': ['a', 'b']",
     "f: the default can't be: it is none of the choices"},
    {"'type': 'integer', 'default': 4, 'max': 3", "f: the default can't be: it is out of bounds"},
    {"'type': 'integer', 'default': 2147483648", "f: the default can't be: it is out of bounds"},
    {"'type': 'float', 'default': 0.5, 'min': 1", "f: the default can't be: it is out of bounds"},
    {"'type': 'string', 'default': '\xc3\xa9\xc3\xa9', 'max_length': 1",
     "f: the default can't be: its length is out of bounds"},
    {"'type': 'string', 'default': 'a', 'min_length': 2",
     "f: the default can't be: its length is out of bounds"},
    {"'type': 'string', 'default': 'ab', 'pattern': '[a]'",
     "f: the default can't be: it doesn't match the pattern"},
    {"'type': 'related', 'related': 'embedded/part', 'many': true, 'kind': 'values',"
     "'default': [{'v': 6}]",
     "f: the default has the wrong type or form"},
    {"'type': 'related', 'related': 'embedded/part', 'many': true, 'kind': 'values',"
     "'default': [{}]",
     "f: the default has the wrong type or form"},
    {"'type': 'related', 'related': 'embedded/part', 'many': true, 'kind': 'values',"
     "'default': [{'v': 1, 'w': 1}]",
     "f: the default has the wrong type or form"},
    {"'type': 'related', 'related': 'configuration/other', 'on_delete': 'refuse', 'default': 7",
     "f: the default names no seed"},
    {"'type': 'related', 'related': 'configuration/other', 'on_delete': 'refuse',"
     "'default': '/api/admin/configuration/v1/thing/1/'",
     "f: the default has the wrong type or form"},
    /* relations */
    {"'type': 'related'", "f: related is missing"},
    {"'type': 'related', 'related': 'configuration/none', 'on_delete': 'refuse'",
     "f: there is no resource \"configuration/none\""},
    {"'type': 'related', 'related': 'configuration/other'", "f: on_delete is missing"},
    {"'type': 'related', 'related': 'configuration/other', 'on_delete': 'null'",
     "f: on_delete is null, but null isn't allowed"},
    {"'type': 'related', 'related': 'configuration/other', 'on_delete': 'keep'",
     "f: there is no on_delete \"keep\""},
    {"'type': 'related', 'related': 'embedded/part', 'on_delete': 'refuse'",
     "f: on_delete is for relations to rows"},
    {"'type': 'related', 'related': 'configuration/other', 'many': true", "f: kind is missing"},
    {"'type': 'related', 'related': 'configuration/other', 'many': true, 'kind': 'some'",
     "f: there is no kind \"some\""},
    {"'type': 'related', 'related': 'configuration/other', 'kind': 'links'",
     "f: kind is for to-many relations"},
    {"'type': 'related', 'related': 'configuration/other', 'many': true, 'kind': 'links',"
     "'on_delete': 'null'",
     "f: on_delete is for to-one relations"},
    {"'type': 'related', 'related': 'configuration/other', 'many': true, 'kind': 'values'",
     "f: values are objects of embedded/"},
    {"'type': 'related', 'related': 'embedded/part', 'many': true, 'kind': 'links'",
     "f: objects of embedded/ are values"},
    {"'type': 'related', 'related': 'configuration/other', 'many': true, 'kind': 'inverse',"
     "'reverse': 'name'",
     "f: reverse: name is no relation back to here"},
    {"'type': 'related', 'related': 'configuration/other', 'many': true, 'kind': 'children',"
     "'reverse': 'nothing'",
     "f: children: on_delete of nothing is to be cascade"},
    {"'type': 'related', 'related': 'configuration/other', 'many': true, 'kind': 'links',"
     "'reverse': 'part'",
     "f: reverse is for children and inverse"},
    {"'type': 'related', 'related': 'configuration/other', 'many': true, 'kind': 'links',"
     "'inverse_of': 'name'",
     "f: inverse_of: name names no links to here"},
    {"'type': 'related', 'related': 'configuration/other', 'on_delete': 'refuse',"
     "'inverse_of': 'things'",
     "f: inverse_of is for links"},
    {"'type': 'related', 'related': 'configuration/other', 'on_delete': 'refuse',"
     "'full': true, 'embed': ['nme']",
     "f: embed: \"nme\" can't be shown"},
    {"'type': 'related', 'related': 'configuration/other', 'on_delete': 'refuse',"
     "'full': true, 'embed': ['things']",
     "f: embed: \"things\" can't be shown"},
    {"'type': 'related', 'related': 'configuration/other', 'on_delete': 'refuse',"
     "'embed': ['name']",
     "f: embed goes with full"},
    {"'type': 'string', 'secret': 'mask', 'confidential': false",
     "f: confidential is for what is stored and shown"},
    {"'type': 'string', 'computed': true, 'confidential': true",
     "f: confidential is for what is stored and shown"},
    {"'type': 'string', 'confidential': 'yes'", "f: confidential has the wrong type"},
    /* filters */
    {"'type': 'string', 'filtering': true", "f: filtering is false or a list"},
    {"'type': 'string', 'filtering': ['like']", "f: filtering lists what it can't have"},
    {"'type': 'string', 'filtering': ['year']", "f: filtering lists what it can't have"},
};

static void test_fields(void **state)
{
    (void)state;
    CLEANUP(arena_free) Arena *a = arena_new(ARENA_LIMIT);
    for (size_t i = 0; i < ARRAY_N(fields); i++) {
        const Str text = str_format(
            a, SMALL_HEAD("thing") ", 'fields': {" SMALL_ID ", 'f': {'help': 'Why.'%s%s}}}",
            fields[i][0][0] != '\0' ? ", " : "", fields[i][0]);
        thing_refused(text.ptr, fields[i][1]);
    }
}

/* Names of a string field. */
static const char *const names[][2] = {
    {"limit", "limit: a field that can be filtered by is named like a word of the query"},
    {"object_id", "object_id: a field that can be filtered by is named like a word of the query"},
    {"a__b", "a__b: no name for a field: small letters, digits, single underscores"},
    {"_a", "_a: no name for a field: small letters, digits, single underscores"},
    {"a_", "a_: no name for a field: small letters, digits, single underscores"},
    {"A", "A: no name for a field: small letters, digits, single underscores"},
    {"id", "id: stands twice"},
    {"pin", "pin: secret or confidential is missing: by its name it opens something"},
    {"guest_pin", "guest_pin: secret or confidential is missing: by its name it opens something"},
    {"pins_of", "pins_of: secret or confidential is missing: by its name it opens something"},
    {"password2", "password2: secret or confidential is missing: by its name it opens something"},
    {"passphrase", "passphrase: secret or confidential is missing: by its name it opens something"},
    {"a_secret", "a_secret: secret or confidential is missing: by its name it opens something"},
    {"tokens", "tokens: secret or confidential is missing: by its name it opens something"},
    {"community", "community: secret or confidential is missing: by its name it opens something"},
    {"private_key",
     "private_key: secret or confidential is missing: by its name it opens something"},
};

static void test_names(void **state)
{
    (void)state;
    CLEANUP(arena_free) Arena *a = arena_new(ARENA_LIMIT);
    for (size_t i = 0; i < ARRAY_N(names); i++) {
        const Str text =
            str_format(a,
                       SMALL_HEAD("thing") ", 'fields': {" SMALL_ID
                                           ", '%s': {'help': 'Why.', 'type': 'string'}}}",
                       names[i][0]);
        thing_refused(text.ptr, names[i][1]);
    }
}

static void test_members_are_as_confidential_as_the_whole(void **state)
{
    (void)state;
    static const char *const files[] = {
        "embedded/part.json",
        SMALL_PART("'v': {'type': 'string', 'help': 'V.', 'confidential': true}"), NULL};
    CLEANUP(arena_free) Arena *a = arena_new(ARENA_LIMIT);
    CLEANUP(model_free) Model *m = NULL;
    const Err *e = small_load(a, files, &m);
    assert_non_null(e);
    assert_string_equal(e->text, "embedded/part.json: v: confidential is for the field that holds "
                                 "the whole object");
}

#define NAME SMALL_FIELD("name", "'type': 'string', 'required': true, 'max_length': 3")
#define UNIQUE                                                                                     \
    SMALL_FIELD("name", "'type': 'string', 'unique': true, 'fold': true, 'max_length': 3")
#define OTHER                                                                                      \
    SMALL_FIELD("other", "'type': 'related', 'related': 'configuration/other',"                    \
                         "'on_delete': 'refuse'")
#define OTHERS                                                                                     \
    SMALL_FIELD("others", "'type': 'related', 'related': 'configuration/other', 'many': true,"     \
                          "'kind': 'links'")

/* Whole files. */
static const char *const resources[][2] = {
    {"[]", "an object is needed"},
    {"{'resource': ", "Not valid JSON: a value was expected at line 1, column 14."},
    {SMALL_RESOURCE("thing", "", ", 'colour': 'red'"), "unknown key \"colour\""},
    {"{'resource': 'thing', 'path': '/api/admin/configuration/v1/thing/', 'label': 'T',"
     "'help': 'T.', 'effect': 'none', 'singleton': false, 'list_methods': [],"
     "'detail_methods': [], 'fields': {}}",
     "permission is missing"},
    {"{'resource': 'thing', 'path': '/api/admin/configuration/v1/thing/', 'label': 'T',"
     "'effect': 'none', 'singleton': false, 'list_methods': [],"
     "'detail_methods': [], 'permission': 'x', 'fields': {}}",
     "help is missing"},
    {"{'resource': 'thing', 'path': '/api/admin/configuration/v1/thing/', 'label': 'T',"
     "'help': 'T.', 'singleton': false, 'list_methods': [],"
     "'detail_methods': [], 'permission': 'x', 'fields': {}}",
     "effect is missing"},
    {"{'resource': 'thing', 'label': 'T', 'help': 'T.', 'effect': 'none', 'singleton': false,"
     "'list_methods': [], 'detail_methods': [], 'permission': 'x', 'fields': {}}",
     "path is missing"},
    {"{'resource': 'thing', 'path': '/api/admin/configuration/v1/thing/', 'label': 'T',"
     "'help': 'T.', 'effect': 'none', 'singleton': false, 'list_methods': [],"
     "'detail_methods': [], 'permission': 'y', 'fields': {}}",
     "permission: there is no right for \"y\""},
    {SMALL_RESOURCE("thing", "", ", 'permission_change': 'view_y'"),
     "permission_change: there is no right \"view_y\""},
    {SMALL_RESOURCE("thing", "", ", 'also_accepts': ['LOOK']"),
     "also_accepts holds what is no method"},
    {SMALL_RESOURCE("thong", "", ""), "resource: the file has another name"},
    {"{'resource': 'thing', 'path': '/api/thing/', 'label': 'T', 'help': 'T.', 'effect': 'none',"
     "'singleton': false, 'list_methods': [], 'detail_methods': [], 'permission': 'x',"
     "'fields': {}}",
     "path: by the name of the file it is /api/admin/configuration/v1/thing/"},
    {SMALL_HEAD("thing") ", 'fields': {'id': {'type': 'integer'}}}", "id: help is missing"},
    {SMALL_HEAD("thing") ", 'fields': {}}", "no field shows the key id"},
    {SMALL_RESOURCE("thing", "", ", 'key': {'name': 'id', 'hidden': true}"),
     "the hidden key has a field"},
    {SMALL_RESOURCE("thing", "", ", 'key': {'name': 'id', 'type': 'text'}"),
     "id: the key is of another type than the field"},
    {SMALL_RESOURCE("thing", "", ", 'key': {'name': 'id', 'tpye': 'text'}"),
     "key: unknown key \"tpye\""},
    {SMALL_RESOURCE("thing", "", ", 'parent': 'configuration/none'"),
     "path: by the name of the file it is /api/admin/configuration/v1/thing/<id>/"},
    {SMALL_RESOURCE("thing", "", ", 'rows_of': 'configuration/other'"), "rows_of: leads nowhere"},
    {SMALL_RESOURCE("thing", "", ", 'ordering': ['nme']"),
     "ordering: there is no stored field \"nme\""},
    {SMALL_RESOURCE("thing", OTHERS, ", 'ordering': ['others']"),
     "ordering: there is no stored field \"others\""},
    {SMALL_RESOURCE("thing", NAME, ", 'unique_together': [['name', 'place']]"),
     "unique_together: there is no stored field \"place\""},
    {SMALL_RESOURCE("thing", NAME, ", 'unique_together': [[]]"),
     "unique_together: a list of fields is needed"},
    {SMALL_RESOURCE("thing", "", ", 'replicate': 'some'"), "there is no replicate \"some\""},
    {SMALL_RESOURCE("thing", "", ", 'replicate': 'own'"),
     "replicate_path: goes with replicate: own"},
    {SMALL_RESOURCE("thing", "", ", 'replicate': 'own', 'replicate_path': ['other.name']"),
     "replicate_path: leads nowhere"},
    /* seeds */
    {SMALL_RESOURCE("thing", "", ", 'seeds': [{'values': {}}]"), "seeds: id is missing"},
    {SMALL_RESOURCE("thing", "", ", 'seeds': [{'id': 'a', 'values': {}}]"),
     "seeds: an id of the wrong type"},
    {SMALL_RESOURCE("thing", "", ", 'seeds': [{'id': 1, 'values': {}, 'protected': 'x'}]"),
     "seeds: there is no protected \"x\""},
    {SMALL_RESOURCE("thing", "", ", 'seeds': [{'id': 1, 'values': {'id': 1}}]"),
     "id: a seed gives a value that isn't stored"},
    {SMALL_RESOURCE("thing", "", ", 'seeds': [{'id': 1, 'values': {'nme': 1}}]"),
     "nme: a seed gives a value that isn't stored"},
    {SMALL_RESOURCE("thing", NAME, ", 'seeds': [{'id': 1, 'values': {}}]"),
     "name: a seed doesn't give this required field"},
    {SMALL_RESOURCE("thing", NAME, ", 'seeds': [{'id': 1, 'values': {'name': 7}}]"),
     "name: a seed has a value of the wrong type or form"},
    {SMALL_RESOURCE("thing", NAME, ", 'seeds': [{'id': 1, 'values': {'name': 'long'}}]"),
     "name: the value of a seed can't be: its length is out of bounds"},
    {SMALL_RESOURCE("thing", NAME, ", 'seeds': [{'id': 1, 'values': {'name': null}}]"),
     "name: the value of a seed can't be: null isn't allowed"},
    {SMALL_RESOURCE("thing", NAME, ", 'seeds': [{'id': 1, 'values': {'name': 'a', 'name': 'b'}}]"),
     "name: a seed gives it twice"},
    {SMALL_RESOURCE("thing", "", ", 'seeds': [{'id': 1, 'values': {}}, {'id': 1, 'values': {}}]"),
     "seeds: an id stands twice"},
    {SMALL_RESOURCE("thing", UNIQUE,
                    ", 'seeds': [{'id': 1, 'values': {'name': 'a'}},"
                    "            {'id': 2, 'values': {'name': 'A'}}]"),
     "name: two seeds have the same unique value"},
    {SMALL_RESOURCE("thing", NAME OTHER,
                    ", 'unique_together': [['name', 'other']],"
                    "'seeds': [{'id': 1, 'values': {'name': 'a', 'other': 1}},"
                    "          {'id': 2, 'values': {'name': 'a', 'other': 1}}]"),
     "unique_together: two seeds have the same values"},
    {SMALL_RESOURCE("thing", OTHER, ", 'seeds': [{'id': 1, 'values': {'other': 2}}]"),
     "other: a seed names no other seed"},
    {SMALL_RESOURCE("thing", OTHERS, ", 'seeds': [{'id': 1, 'values': {'others': [1, 2]}}]"),
     "others: a seed names no other seed"},
    {SMALL_RESOURCE("thing", OTHERS, ", 'seeds': [{'id': 1, 'values': {'others': [true]}}]"),
     "others: a seed links what is no id"},
    {SMALL_RESOURCE("thing", "", ", 'seeds': [{'from': 'other.json'}]"),
     "seeds: rows come from permissions.json only"},
    {"{'resource': 'thing', 'path': '/api/admin/configuration/v1/thing/', 'label': 'T',"
     "'help': 'T.', 'effect': 'none', 'singleton': true, 'list_methods': ['GET'],"
     "'detail_methods': ['GET'], 'permission': 'x', 'fields': {" SMALL_ID "}}",
     "seeds: a singleton has one, with the id 1"},
};

static void test_resources(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_N(resources); i++) {
        thing_refused(resources[i][0], resources[i][1]);
    }
}

#define NESTED(keys, fields)                                                                       \
    "{'resource': 'part', 'path': '/api/admin/configuration/v1/thing/<id>/part/', 'label': 'P',"   \
    "'help': 'P.', 'effect': 'none', 'singleton': false, 'list_methods': ['GET'],"                 \
    "'detail_methods': [], 'permission': 'x', " keys ", 'fields': {" SMALL_ID fields "}}"

/* configuration/thing.part.json */
static const char *const nested[][2] = {
    {NESTED("'parent': 'configuration/none'", ""),
     "parent: there is no resource \"configuration/none\""},
    {NESTED("'parent': 'embedded/part'", ""), "parent: embedded/part has no rows"},
    {NESTED("'parent': 'configuration/thing', 'rows_of': 'embedded/part'", ""),
     "rows_of: embedded/part has no rows"},
    {NESTED("'parent': 'configuration/thing', 'rows_of': 'configuration/thing'", ""),
     "rows_of: no relation leads to the parent"},
    {NESTED("'parent': 'configuration/thing', 'rows_of': 'configuration/other'",
            SMALL_FIELD("colour", "'type': 'string'")),
     "colour: rows_of: those rows have no such field"},
    {NESTED("'parent': 'configuration/thing', 'seeds': [{'id': 1, 'values': {}}]", ""),
     "seeds: only resources of configuration/ with an address have seeds"},
};

static void test_nested(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_N(nested); i++) {
        char expected[512];
        const char *const files[] = {"configuration/thing.part.json",
                                     nested[i][0],
                                     MAIN,
                                     SMALL_RESOURCE("thing", "", ""),
                                     "configuration/other.json",
                                     other,
                                     "embedded/part.json",
                                     part,
                                     NULL};
        (void)snprintf(expected, sizeof expected, "configuration/thing.part.json: %s",
                       nested[i][1]);
        refused(files, expected);
    }
}

static void test_other_side_is_shown_once(void **state)
{
    (void)state;
#define SHOWN(name)                                                                                \
    SMALL_FIELD(name, "'type': 'related', 'related': 'configuration/other', 'many': true,"         \
                      "'kind': 'inverse', 'reverse': 'nothing'")
    thing_refused(SMALL_RESOURCE("thing", SHOWN("a") SHOWN("b"), ""),
                  "b: reverse: nothing is shown by a already");
#define LINKED(name)                                                                               \
    SMALL_FIELD(name, "'type': 'related', 'related': 'configuration/other', 'many': true,"         \
                      "'kind': 'links', 'inverse_of': 'things'")
    thing_refused(SMALL_RESOURCE("thing", LINKED("a") LINKED("b"), ""),
                  "b: inverse_of: things is shown by a already");
}

/* Files that are no resources, or none that may be. */
static const char *const others[][3] = {
    {"other/thing.json", "{}", "other/thing.json: belongs to no family"},
    {"configuration/thing.txt", "{}", "configuration/thing.txt: belongs to no family"},
    {"permissions.json", "{}", "permissions.json: a list of at most 64 is needed"},
    {"permissions.json", "[{'id': 1}]", "permissions.json: codename is missing"},
    {"permissions.json", "[{'id': 0}]", "permissions.json: id: an integer above 0 is needed"},
    {"permissions.json", "[{'id': 1, 'codename': 'a', 'name': 'A', 'help': 'A.', 'x': 1}]",
     "permissions.json: unknown key \"x\""},
    {"permissions.json",
     "[{'id': 1, 'codename': 'a', 'name': 'A', 'help': 'A.'},"
     " {'id': 1, 'codename': 'b', 'name': 'B', 'help': 'B.'}]",
     "permissions.json: b: its id or codename stands twice"},
    {"permissions.json", "[]", "permissions.json: is_admin or use_api is missing"},
    {"permissions.json", "[",
     "permissions.json: Not valid JSON: a value was expected at line 1, column 2."},
    {"version.json", "{}", "version.json: number: an integer above 0 is needed"},
    {"version.json", "{'number': 1}", "version.json: shape is missing"},
    {"version.json", "{'number': 1, 'shape': '', 'x': 1}", "version.json: shape is missing"},
    {"version.json", "x",
     "version.json: Not valid JSON: a value was expected at line 1, column 1."},
};

static void test_other_files(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_N(others); i++) {
        const char *const files[] = {others[i][0], others[i][1], NULL};
        refused(files, others[i][2]);
    }
}

static void test_missing_and_repeated_files(void **state)
{
    (void)state;
    CLEANUP(arena_free) Arena *a = arena_new(ARENA_LIMIT);
    Model *m = NULL;
    const Err *e = model_load(a, NULL, 0, &m);
    assert_non_null(e);
    assert_string_equal(e->text, "permissions.json: is missing");
    const char *const twice[] = {MAIN, SMALL_RESOURCE("thing", "", ""), MAIN,
                                 SMALL_RESOURCE("thing", "", ""), NULL};
    refused(twice, MAIN ": stands twice");
}

/* The build asks this of the model in the binary. */
static void test_changed_shape(void **state)
{
    (void)state;
    CLEANUP(arena_free) Arena *a = arena_new(ARENA_LIMIT);
    const char *const files[] = {MAIN, SMALL_RESOURCE("thing", "", ""), NULL};
    CLEANUP(model_free) Model *m = small_model(a, files);
    const Err *e = model_check_version(a, m);
    assert_non_null(e);
    const Str expected =
        str_format(a,
                   "version.json: shape: the shape of the model has changed: set shape to %.*s, "
                   "and number to 2, unless 1 is new with this change",
                   STR_ARG(m->shape_hash));
    assert_string_equal(e->text, expected.ptr);
    const Str version = str_format(a, "{'number': 2, 'shape': '%.*s'}", STR_ARG(m->shape_hash));
    const char *const sound[] = {MAIN, SMALL_RESOURCE("thing", "", ""), "version.json", version.ptr,
                                 NULL};
    CLEANUP(model_free) Model *again = small_model(a, sound);
    assert_null(model_check_version(a, again));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fields),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_members_are_as_confidential_as_the_whole),
        cmocka_unit_test(test_resources),
        cmocka_unit_test(test_nested),
        cmocka_unit_test(test_other_side_is_shown_once),
        cmocka_unit_test(test_other_files),
        cmocka_unit_test(test_missing_and_repeated_files),
        cmocka_unit_test(test_changed_shape),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
