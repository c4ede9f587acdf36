#pragma once

/* What a field can be; model/README.md defines each word. */

typedef enum FieldType {
    FIELD_STRING,
    FIELD_INTEGER,
    FIELD_FLOAT,
    FIELD_BOOLEAN,
    FIELD_DATETIME,
    FIELD_DATE,
    FIELD_TIME,
    FIELD_LIST,
    FIELD_DICT,
    FIELD_RELATED,
    FIELD_FILE,
    FIELD_TYPE_N
} FieldType;

typedef enum FieldFormat {
    FORMAT_NONE,
    FORMAT_URL,
    FORMAT_FQDN,
    FORMAT_HOSTNAME,
    FORMAT_IPV4,
    FORMAT_IPV6,
    FORMAT_IP,
    FORMAT_EMAIL,
    FORMAT_UUID,
    FORMAT_PEM,
    FORMAT_REGEX,
    FORMAT_JSON,
    FORMAT_JINJA2,
    FORMAT_SSH_PUBLIC_KEY,
    FORMAT_N
} FieldFormat;

typedef enum FieldSecret {
    SECRET_NONE,
    SECRET_MASK,
    SECRET_BLANK,
    SECRET_INPUT,
    SECRET_HASH,
    SECRET_ONCE
} FieldSecret;

typedef enum FieldGenerated {
    GENERATED_NONE,
    GENERATED_ABSENT,
    GENERATED_BLANK,
    GENERATED_CREATION, /* a datetime: when the row was made */
    GENERATED_CHANGE    /* a datetime: when the row was last changed */
} FieldGenerated;

typedef enum RelationKind {
    RELATION_TO_ONE,
    RELATION_CHILDREN,
    RELATION_LINKS,
    RELATION_INVERSE,
    RELATION_VALUES
} RelationKind;

typedef enum OnDelete {
    ON_DELETE_NONE,
    ON_DELETE_NULL,
    ON_DELETE_REFUSE,
    ON_DELETE_CASCADE
} OnDelete;

/* Who acts on it. */
typedef enum Effect { EFFECT_NONE, EFFECT_MANAGER, EFFECT_NODE, EFFECT_LATER } Effect;
