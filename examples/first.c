/* A dialer's question from plain C: first LOG NUMBER CALLER.toml */
#include <stdio.h>
#include <time.h>

#include "consent/consent.h"

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  const int64_t now = (int64_t)time(NULL) * 1000000;
  /* The caller's file states, once, who dials and whether calls are mass. */
  const consent_gate_options options = {
      .size = sizeof options, .now_us = now, .caller_file = argv[3]};
  consent_gate* gate = NULL;
  const consent_status status = consent_gate_open(argv[1], &options, &gate);
  if (status != CONSENT_OK) return fprintf(stderr, "%s\n", consent_status_word(status)), 3;

  const consent_question question = {.size = sizeof question,
                                     .number = argv[2],
                                     .purpose = "advertising",
                                     .channel = "voice",
                                     .at_us = now + 300000000};
  consent_answer answer = {.size = sizeof answer};
  consent_gate_ask(gate, &question, &answer); /* whatever goes wrong, the verdict is DENY */
  char why[1024];
  consent_answer_explain(gate, &question, &answer, "en", why, sizeof why);
  printf("%s\n", why);
  consent_gate_close(gate);
  return answer.verdict == CONSENT_ALLOW ? 0 : 1;
}
