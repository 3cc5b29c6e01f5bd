#pragma once

#include "results/journal.hpp"
#include "results/result_file.hpp"

#include <string>

namespace thresher::results {

/// Completes `request` with what is stored in `stored`: what the user does not give comes from the file.
/// Throws UserError for another seed or other incompatible options.
void complete_request(Request& request, ResultReader const& stored, Description const& description);

/// Throws UserError when a point or trial of `stored` is not part of `study` (a list of values must contain
/// the stored ones). `origin` names the file in the message.
void require_extension(Study const& study, ResultReader const& stored);

/// What a journal left by an interrupted run holds, in terms of the points of `study`: records, and one
/// strike more for every unit that was in flight, unless the run was to end: that a trial is longer than the
/// time limit is not its fault. Throws UserError when it belongs to another experiment or
/// cannot be read.
JournalContents adopt_journal(std::string const& path, Study const& study);
/// Enters it into the ledger; what was in flight at too many abnormal ends in a row has failed.
void enter_journal(JournalContents& journal, Ledger& ledger, Study const& study);
/// Forgets all failures, so that they run again.
void forget_failures(JournalContents& journal, Ledger& ledger);

}  // namespace thresher::results
