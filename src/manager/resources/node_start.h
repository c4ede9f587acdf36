#pragma once

#include "manager/rest/answer.h"
#include "store/writer.h"

/* The start-up configuration of a Conferencing Node, which its operator carries to the machine: who
 * it is, how its network is set up, and where its Management Node is, as an XML document.
 *
 *     <configuration>
 *       <id>…</id> <name>…</name> …        fields of the worker_vm, by their names
 *       <system_location>…</system_location>   the location's name
 *       <management>                       fields of management_vm/1, and:
 *         <certificate_sha256>…            of the certificate that it shows, in hexadecimal
 *       </management>
 *     </configuration>
 *
 * What isn't set is left out; so is the fingerprint where management_vm/1 names no certificate.
 * Nothing in it is secret. */

/* Fills the answer to the creation of this worker_vm. Errors: ERR_IO. */
CHECKED Err *node_start_answer(Tx *tx, Arena *a, const Row *row, RestAnswer *answer);
