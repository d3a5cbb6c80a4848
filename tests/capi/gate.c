/* What a dialer does, in C99. The log: see make_log.cpp. Prints what it got; any surprise is
 * exit 1. */
#include <consent/consent.h>
#include <stdio.h>
#include <string.h>

static int failures = 0;
#define EXPECT(condition)                                               \
  do {                                                                  \
    if (!(condition)) {                                                 \
      fprintf(stderr, "gate.c:%d: not so: %s\n", __LINE__, #condition); \
      failures++;                                                       \
    }                                                                   \
  } while (0)

/* 2026-03-02T12:00:00+03:00, and minutes after it */
static int64_t minute(int64_t minutes) { return (INT64_C(1772442000) + minutes * 60) * 1000000; }

int main(int argc, char** argv) {
  consent_gate_options options;
  consent_gate* gate = NULL;
  consent_question question;
  consent_answer answer;
  char text[4096];
  char small[16];
  size_t needed;

  if (argc != 2) return 2;
  memset(&options, 0, sizeof options);
  options.size = sizeof options;
  options.now_us = minute(60);
  EXPECT(consent_gate_open("/nonexistent/log", &options, &gate) == CONSENT_STORAGE);
  EXPECT(gate == NULL);
  EXPECT(consent_gate_open(argv[1], &options, &gate) == CONSENT_OK);
  if (gate == NULL) return 1;

  memset(&question, 0, sizeof question);
  question.size = sizeof question;
  question.number = "8 (916) 123-45-67";
  question.purpose = "advertising";
  question.channel = "voice";
  question.dialled_by = "person";
  question.at_us = minute(61);
  memset(&answer, 0xAA, sizeof answer);
  answer.size = sizeof answer;
  EXPECT(consent_gate_ask(gate, &question, &answer) == CONSENT_OK);
  EXPECT(answer.verdict == CONSENT_ALLOW);
  EXPECT(answer.reason_mask == 1);
  EXPECT(answer.relied_on == 1);
  EXPECT(answer.next_allowed_us == 0);
  EXPECT(answer.log_size == 4);
  EXPECT(answer.age_us == INT64_C(60000000));

  question.number = "+79160000001";
  EXPECT(consent_gate_ask(gate, &question, &answer) == CONSENT_OK);
  EXPECT(answer.verdict == CONSENT_DENY);
  EXPECT(answer.relied_on == 3);
  needed = consent_answer_explain(gate, &question, &answer, "ru", text, sizeof text);
  EXPECT(needed == strlen(text) + 1);
  fputs(text, stdout);
  EXPECT(consent_answer_explain(gate, &question, &answer, "ru", small, sizeof small) == needed);
  EXPECT(strlen(small) < sizeof small);

  question.number = "not a number";
  answer.verdict = CONSENT_ALLOW;
  EXPECT(consent_gate_ask(gate, &question, &answer) == CONSENT_INVALID_ARGUMENT);
  EXPECT(answer.verdict == CONSENT_DENY);
  printf("a number that cannot be read: %s, and DENY\n",
         consent_status_word(CONSENT_INVALID_ARGUMENT));

  consent_gate_close(gate);
  consent_gate_close(NULL);
  return failures != 0;
}
