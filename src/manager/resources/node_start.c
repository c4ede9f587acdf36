/* Start-up configurations as XML 1.0: two lists of fields, a few lines of XML, and the fingerprint
 * by which the node knows its Management Node before it has any authority to trust. */
#include "manager/resources/node_start.h"

#include "manager/rest/answer.h"
#include "model/keys.h"
#include "pki/certificates.h"
#include "store/row_values.h"

#define DOCUMENT_MAX ((size_t)256 * 1024) /* bytes; two dozen texts of 250 characters, escaped */

/* Fields of these are texts, written in this order. */
static const uint16_t node_fields[] = {
    FLD_WORKER_VM_NAME,
    FLD_WORKER_VM_HOSTNAME,
    FLD_WORKER_VM_DOMAIN,
    FLD_WORKER_VM_ALTERNATIVE_FQDN,
    FLD_WORKER_VM_NODE_TYPE,
    FLD_WORKER_VM_ADDRESS,
    FLD_WORKER_VM_NETMASK,
    FLD_WORKER_VM_GATEWAY,
    FLD_WORKER_VM_IPV6_ADDRESS,
    FLD_WORKER_VM_IPV6_GATEWAY,
    FLD_WORKER_VM_SECONDARY_ADDRESS,
    FLD_WORKER_VM_SECONDARY_NETMASK,
    FLD_WORKER_VM_STATIC_NAT_ADDRESS,
};
static const uint16_t management_fields[] = {
    FLD_MANAGEMENT_VM_NAME,
    FLD_MANAGEMENT_VM_HOSTNAME,
    FLD_MANAGEMENT_VM_DOMAIN,
    FLD_MANAGEMENT_VM_ALTERNATIVE_FQDN,
    FLD_MANAGEMENT_VM_ADDRESS,
    FLD_MANAGEMENT_VM_IPV6_ADDRESS,
    FLD_MANAGEMENT_VM_STATIC_NAT_ADDRESS,
};

/* --- XML --- */

/* U+FFFE and U+FFFF, as UTF-8. */
static bool is_noncharacter(Str s, size_t at)
{
    return at + 2 < s.len && s.ptr[at] == '\xef' && s.ptr[at + 1] == '\xbf' &&
           (s.ptr[at + 2] == '\xbe' || s.ptr[at + 2] == '\xbf');
}

/* What no document may hold, however it is written, becomes "?". */
static void put_character(Buf *out, char c)
{
    if (c == '\r') { /* else readers take it for a line's end */
        buf_put_lit(out, "&#13;");
    } else if ((unsigned char)c < ' ' && c != '\t' && c != '\n') {
        buf_put_char(out, '?');
    } else {
        answer_put_escaped(out, (Str){&c, 1});
    }
}

static void put_text(Buf *out, Str text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (is_noncharacter(text, i)) {
            buf_put_char(out, '?');
            i += 2;
        } else {
            put_character(out, text.ptr[i]);
        }
    }
}

static void put_element(Buf *out, const char *indent, Str name, Str text)
{
    if (text.len > 0) {
        buf_printf(out, "%s<%.*s>", indent, STR_ARG(name));
        put_text(out, text);
        buf_printf(out, "</%.*s>\n", STR_ARG(name));
    }
}

static void put_fields(Buf *out, const char *indent, const Row *row, const uint16_t fields[],
                       size_t n)
{
    for (size_t i = 0; i < n; i++) {
        put_element(out, indent, row_field_name(row, fields[i]), row_text(row, fields[i]));
    }
}

/* --- the document --- */

/* STR_NONE where it can't be read: then the listeners don't show it either. */
static Err *read_fingerprint(Arena *a, Str certificate, Str *ret_fingerprint)
{
    CLEANUP(certificates_free) Certificates *all = NULL;
    Err *e = certificates_read(a, certificate, &all);
    if (e != NULL) {
        return e->kind == ERR_INVALID ? NULL : e;
    }
    return certificates_fingerprint(a, all, 0, ret_fingerprint);
}

static Err *put_fingerprint(Tx *tx, Buf *out, const Row *management)
{
    Arena *a = tx_arena(tx);
    const Resource *certificates = model_at(tx_model(tx), RES_TLS_CERTIFICATE);
    const Value key = management->values[FLD_MANAGEMENT_VM_TLS_CERTIFICATE];
    const Row *row = NULL;
    Str fingerprint = STR_NONE;
    if (value_is_null(key)) {
        return NULL;
    }
    TRY(reader_get(tx_reader(tx), a, certificates, key, &row));
    if (row != NULL) {
        TRY(read_fingerprint(a, row_text(row, FLD_TLS_CERTIFICATE_CERTIFICATE), &fingerprint));
    }
    put_element(out, "    ", STR("certificate_sha256"), fingerprint);
    return NULL;
}

static Err *put_management(Tx *tx, Buf *out)
{
    const Resource *resource = model_at(tx_model(tx), RES_MANAGEMENT_VM);
    const Row *row = NULL;
    TRY(reader_get(tx_reader(tx), tx_arena(tx), resource, value_integer(OWN_MANAGEMENT_VM_KEY),
                   &row));
    if (row == NULL) {
        return NULL;
    }
    buf_put_lit(out, "  <management>\n");
    put_fields(out, "    ", row, management_fields, ARRAY_N(management_fields));
    TRY(put_fingerprint(tx, out, row));
    buf_put_lit(out, "  </management>\n");
    return NULL;
}

static Err *put_location(Tx *tx, Buf *out, const Row *node)
{
    const Resource *resource = model_at(tx_model(tx), RES_SYSTEM_LOCATION);
    const Row *row = NULL;
    TRY(reader_get(tx_reader(tx), tx_arena(tx), resource,
                   node->values[FLD_WORKER_VM_SYSTEM_LOCATION], &row));
    put_element(out, "  ", row_field_name(node, FLD_WORKER_VM_SYSTEM_LOCATION),
                row_text(row, FLD_SYSTEM_LOCATION_NAME));
    return NULL;
}

Err *node_start_answer(Tx *tx, Arena *a, const Row *row, RestAnswer *answer)
{
    Buf *out = buf_new(DOCUMENT_MAX);
    answer->status = 201;
    answer->body = out;
    answer_add_header(answer, a, "Content-Type", STR("application/xml; charset=utf-8"));
    answer_add_header(answer, a, "Vary", STR(ANSWER_VARY));
    buf_put_lit(out, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<configuration>\n  <id>");
    buf_put_int64(out, row->key.integer);
    buf_put_lit(out, "</id>\n");
    put_fields(out, "  ", row, node_fields, ARRAY_N(node_fields));
    TRY(put_location(tx, out, row));
    TRY(put_management(tx, out));
    buf_put_lit(out, "</configuration>\n");
    return NULL;
}
