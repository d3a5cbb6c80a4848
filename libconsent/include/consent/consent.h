#ifndef CONSENT_CONSENT_H
#define CONSENT_CONSENT_H

/* libconsent for dialers, in plain C.
 *
 * (1) Handles are opaque; free each with its own _close, which accepts NULL.
 * (2) A call that can fail returns consent_status; 0 is success; values never change meaning.
 * (3) No exception crosses. A call that fails leaves its outputs untouched, except that
 *     consent_gate_ask() first sets the whole answer to zero, and zero is DENY.
 * (4) Times are int64_t microseconds since 1970-01-01T00:00:00Z.
 * (5) Structs begin with their size in bytes, set by the caller to sizeof, so that they can
 *     grow at their end. A size below the first release's is refused, and so is a longer
 *     question or options whose unknown tail is not zero; the unknown tail of a longer answer
 *     is set to zero.
 * (6) While the log stands still, consent_gate_ask() takes no lock, allocates nothing and makes no
 *     system call; any number of threads may ask.
 * (7) The gate is fresh at each question: what was acknowledged before it, by any process of this
 *     machine, is in the answer. Where the log grew, the first question since reads what was
 *     added (microseconds to milliseconds), under a lock. A child of fork() may ask its parent's
 *     gate. Where the log can be followed no longer, every answer is UNKNOWN. The mapped snapshot
 *     and operation under another user than the writer come later: not here yet.
 * (8) Text is UTF-8 and NUL-terminated.
 */

#include <stddef.h>
#include <stdint.h>

#include "consent/export.hpp"

#ifdef __cplusplus
extern "C" {
#endif

typedef int32_t consent_status;
enum {
  CONSENT_OK = 0,
  CONSENT_INVALID_ARGUMENT = 1,
  CONSENT_STORAGE = 2,
  CONSENT_BROKEN_LOG = 3,
  CONSENT_LOCKED = 4,
  CONSENT_NOT_FOUND = 5,
  CONSENT_PROOF = 6,
  CONSENT_CRYPTO = 7,
  CONSENT_NOT_BUILT = 8,
  CONSENT_RULES = 9,
  CONSENT_INTERNAL = 10,
  CONSENT_ERASED = 11,
  CONSENT_RESTRICTED = 12
};

typedef int32_t consent_verdict;
enum { CONSENT_DENY = 0, CONSENT_ALLOW = 1, CONSENT_UNKNOWN = 2 };

typedef struct consent_gate consent_gate;

typedef struct consent_gate_options {
  size_t size;            /* sizeof(consent_gate_options) */
  int64_t now_us;         /* the moment of opening: the library never asks the clock */
  const char* rules_file; /* NULL: the built-in pack of Russian law */
  /* Since 0.2. */
  const char* caller_file;    /* TOML with the facts of whoever dials; NULL: nothing stated */
  const char* numbering_file; /* an imported numbering register; NULL: the built-in plan */
  const char* passphrase;     /* of keys.db, where it was made with one; NULL: none */
  const char* second_head;    /* a second head file, kept elsewhere; NULL: none */
} consent_gate_options;

/* Contacts made already with the number asked about, for the same distributor and purpose, in the
 * local day, calendar week (from Monday) and calendar month of the moment asked about. */
typedef struct consent_contact_counts {
  size_t size;           /* sizeof(consent_contact_counts) */
  uint32_t attempts_day; /* every contact tried */
  uint32_t attempts_week;
  uint32_t attempts_month;
  uint32_t talks_day; /* of these, those in which somebody answered */
  uint32_t talks_week;
  uint32_t talks_month;
} consent_contact_counts;

typedef struct consent_question {
  size_t size;             /* sizeof(consent_question) */
  const char* number;      /* any form PhoneNumber reads: "+7916…", "8 (916) …" */
  const char* distributor; /* INN; NULL only where the log has exactly one */
  const char* purpose;     /* "advertising", …; NULL is "unknown", treated as advertising */
  const char* channel;     /* "voice", "robot", "sms", "messenger", "email" */
  const char* dialled_by;  /* "person", "machine"; NULL: not stated */
  const char* campaign;    /* NULL: none */
  int64_t at_us;           /* the moment asked about */
  int64_t now_us;          /* for age_us; 0: at_us */
  /* Since 0.2. */
  const char* serving_operator; /* who serves the number now, INN or word; NULL: not known */
  const consent_contact_counts* counts; /* NULL: not known */
} consent_question;

typedef struct consent_answer {
  size_t size;             /* sizeof(consent_answer) */
  consent_verdict verdict; /* zero is DENY */
  uint64_t reason_mask;    /* bit i: row i of the rule pack was among the deciding ones */
  int64_t relied_on;       /* seq of the entry the verdict stands on; -1: none */
  int64_t next_allowed_us; /* 0: not known */
  uint64_t log_size;       /* entries that are in the answer */
  int64_t age_us;          /* since the gate was opened */
  /* Since 0.2. */
  uint64_t reason_mask_more[3]; /* the same of rows 64 to 255 */
  /* 1: the log knows that it lost or mixed something, or what it keeps of this number is damaged:
   * no answer is ALLOW. consent_gate_status() says what. */
  uint32_t impaired;
  uint32_t reserved;
} consent_answer;

/* Loads the log's standings read-only, and follows it. *out is set on success only. */
CONSENT_EXPORT consent_status consent_gate_open(const char* log_folder,
                                                const consent_gate_options* options,
                                                consent_gate** out);
CONSENT_EXPORT consent_status consent_gate_ask(const consent_gate* gate,
                                               const consent_question* question,
                                               consent_answer* answer);
/* The reasons in words, lang "ru" or "en". Writes at most capacity bytes, always NUL-terminated
 * where capacity > 0, cut at a character's border; returns the bytes the whole text needs, its NUL
 * included; 0 where it cannot be said. */
CONSENT_EXPORT size_t consent_answer_explain(const consent_gate* gate,
                                             const consent_question* question,
                                             const consent_answer* answer, const char* lang,
                                             char* buffer, size_t capacity);
/* What is wrong with the log, in English, as consent_answer_explain() writes; empty where nothing
 * is. While it is not empty, no answer is ALLOW. */
CONSENT_EXPORT size_t consent_gate_status(const consent_gate* gate, char* buffer, size_t capacity);
CONSENT_EXPORT void consent_gate_close(consent_gate* gate);
/* A fixed word for a status: "locked". Never NULL. */
CONSENT_EXPORT const char* consent_status_word(consent_status status);

#ifdef __cplusplus
}
#endif

#endif
