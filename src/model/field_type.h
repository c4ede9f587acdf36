#pragma once

/* What a field can be; model/README.md defines each word.
 *
 * The hash of the model's shape (shape.c) is made over the numbers of FieldType, FieldSecret and
 * RelationKind, so new members come last: another order would look like another shape of every
 * table. */

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
    SECRET_MASK,  /* stored sealed; shown as a mask, which means "unchanged" when it comes back */
    SECRET_BLANK, /* stored sealed; always shown as "" */
    SECRET_INPUT, /* used once; neither stored nor shown */
    SECRET_HASH,  /* only a password hash is stored; shown as "" */
    SECRET_ONCE   /* made with the row, shown in the answer to its creation, not stored */
} FieldSecret;

typedef enum FieldGenerated {
    GENERATED_NONE,
    GENERATED_ABSENT,   /* the server makes a value when a new row has none */
    GENERATED_BLANK,    /* also when it is empty */
    GENERATED_CREATION, /* a datetime: when the row was made */
    GENERATED_CHANGE    /* a datetime: when the row was last changed */
} FieldGenerated;

typedef enum RelationKind {
    RELATION_TO_ONE,   /* the key of one row, in a column of this one */
    RELATION_CHILDREN, /* rows that this one owns, by a to-one of theirs: deleted with it */
    RELATION_LINKS,    /* many to many, by a link table that one of the two sides names */
    RELATION_INVERSE,  /* a view of to-ones that lead here; nothing of its own is stored */
    RELATION_VALUES    /* objects within the row, as JSON: they have no rows */
} RelationKind;

typedef enum OnDelete {
    ON_DELETE_NONE,   /* no to-one, or its target has no rows */
    ON_DELETE_NULL,   /* the row stays and points nowhere */
    ON_DELETE_REFUSE, /* the target can't go as long as the row is there */
    ON_DELETE_CASCADE /* the row goes, too */
} OnDelete;

/* Who acts on it: nobody (it is kept for clients), the Management Node, the Conferencing Nodes, or
 * one of them in a later release. */
typedef enum Effect { EFFECT_NONE, EFFECT_MANAGER, EFFECT_NODE, EFFECT_LATER } Effect;
