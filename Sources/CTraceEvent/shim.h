#include <event-parse.h>

// `tep_print_event` is variadic. Prints the text of a record that its event's print format gives.
static inline void ctraceevent_print_info(
    struct tep_handle *handle, struct trace_seq *text, struct tep_record *record) {
    tep_print_event(handle, text, record, "%s", TEP_PRINT_INFO);
}
