/* What a check finds in a store that was damaged on purpose. */
#include "script.h"
#include "test.h"

static void test_faults(void **state)
{
    Script *empty = *state;
    static const struct {
        const char *sql;
        const char *finds; /* "": nothing */
    } cases[] = {
        {"SELECT 1", ""},
        {"DELETE FROM change_log WHERE seq = 2", "config.db: the change log has gaps\n"},
        {"CREATE TRIGGER owned AFTER INSERT ON configuration_role BEGIN SELECT 1; END",
         "config.db: the trigger owned is not of this program\n"},
        {"CREATE VIEW seen AS SELECT 1", "config.db: the view seen is not of this program\n"},
        {"UPDATE counter SET seq = seq + 1", "config.db: the change log ends at "},
        {"UPDATE configuration_conference SET _version = 99999",
         "config.db: configuration_conference: a row has version 99999, the last change was "},
        {"UPDATE resource_state SET n_rows = 7 WHERE resource = 'configuration_conference'",
         "config.db: configuration_conference: it has 1 rows, the kept count is 7\n"},
        {"UPDATE resource_state SET next_id = 1 WHERE resource = 'configuration_conference'",
         "config.db: configuration_conference: the next id, 1, is not above all that were given\n"},
        {"PRAGMA foreign_keys = OFF; UPDATE configuration_conference SET ivr_theme = 99",
         "config.db: a row of configuration_conference refers to nothing in "
         "configuration_ivr_theme\n"},
        {"PRAGMA foreign_keys = OFF;"
         "UPDATE link_configuration_automatic_participant_conference SET target = 9",
         "config.db: a row of link_configuration_automatic_participant_conference refers to "
         "nothing in configuration_conference\n"},
        {"UPDATE configuration_conference_alias SET alias__fold = 'z'",
         "config.db: configuration_conference_alias: a caseless form of alias is wrong\n"},
        {"UPDATE configuration_sip_credential SET password = 'clear'",
         "config.db: configuration_sip_credential: password: A stored secret cannot be read. "
         "(not in the form of a secret)\n"},
    };
    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        Script *s = script_new_like(empty);
        script_do(s, "create conference name=a; create conference_alias alias=x conference=1;"
                     "create automatic_participant alias=p;"
                     "link automatic_participant.conference 1 1;"
                     "create sip_credential realm=r username=u");
        script_sql(s, STORE_CONFIG, cases[i].sql);
        const char *report = script_check(s);
        if (cases[i].finds[0] == '\0') {
            assert_string_equal(report, "");
        } else if (strstr(report, cases[i].finds) == NULL) {
            fail_msg("%s: %s", cases[i].sql, report);
        }
        (void)script_free(s);
    }
}

static void test_doubles(void **state)
{
    Script *s = script_new_like(*state);
    script_do(s, "create role name=a; create role name=b");
    script_sql(s, STORE_CONFIG,
               "DROP INDEX unique_configuration_role_name;"
               "UPDATE configuration_role SET name = 'a' WHERE name = 'b';"
               "CREATE INDEX unique_configuration_role_name"
               " ON configuration_role (name);"
               "PRAGMA writable_schema = ON;"
               "UPDATE sqlite_schema SET sql = 'CREATE UNIQUE INDEX "
               "unique_configuration_role_name ON configuration_role (name)'"
               " WHERE name = 'unique_configuration_role_name'");
    assert_non_null(strstr(script_check(s), "non-unique entry in index"));
    (void)script_free(s);
}

int main(void)
{
    Script *empty = script_new();
    script_close(empty);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_prestate(test_faults, empty),
        cmocka_unit_test_prestate(test_doubles, empty),
    };
    const int n_failed = cmocka_run_group_tests(tests, NULL, NULL);
    (void)script_free(empty);
    return n_failed;
}
