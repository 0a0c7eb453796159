//! What every database must do. One list of cases, each a `fn(&mut dyn Database)` on an empty database, run on every constructor below;
//! another database joins by one more line in `conformance!`. After each case every stream must verify, unless the case damages some.

use super::samples::{damage, open};
use crate::{Database, Sqlite};

mod access;
mod atomicity;
mod bundle;
mod calendars;
mod config;
mod constraints;
mod delivery_report;
mod due;
mod inbound;
mod journal;
mod learning;
mod methods;
mod paging;
mod people;
mod response;
mod subscriber;
mod tampering;
mod values;
mod versions;
mod voice;
mod watch;

/// A database for one case, and what must live as long.
struct Subject {
    database: Box<dyn Database>,
    // Dropped after the connection to it.
    _made: Option<Made>,
    /// The statement after which this database checks references only at COMMIT, so that the COMMIT itself can be made to fail.
    defer_references: &'static str,
}

fn sqlite_in_memory() -> Subject {
    let database = Box::new(Sqlite::in_memory().expect("a database"));
    Subject { database, _made: None, defer_references: "PRAGMA defer_foreign_keys = ON" }
}

fn sqlite_in_a_file() -> Subject {
    let folder = tempfile::tempdir().expect("a folder");
    let database = Box::new(open(folder.path()));
    Subject { database, _made: Some(Made::Folder(folder)), defer_references: "PRAGMA defer_foreign_keys = ON" }
}

fn postgres() -> Subject {
    let made = crate::testing::postgres_database();
    let database = Box::new(crate::Postgres::open(made.url()).expect("a database"));
    let defer_references =
        "ALTER TABLE attempt ALTER CONSTRAINT attempt_notification_fkey DEFERRABLE INITIALLY DEFERRED";
    Subject { database, _made: Some(Made::Database(made)), defer_references }
}

/// What goes when the case is over.
enum Made {
    Folder(#[expect(dead_code, reason = "held, never read")] tempfile::TempDir),
    Database(#[expect(dead_code, reason = "held, never read")] crate::testing::TestDatabase),
}

/// Runs a case that leaves everything provable.
fn run(mut subject: Subject, case: fn(&mut dyn Database)) {
    case(subject.database.as_mut());
    assert_eq!(damage(subject.database.as_mut()), Vec::<String>::new(), "every stream verifies afterwards");
}

/// Runs a case that damages what is stored.
fn run_damaging(mut subject: Subject, case: fn(&mut dyn Database)) {
    case(subject.database.as_mut());
    assert!(!damage(subject.database.as_mut()).is_empty(), "the case damages something");
}

macro_rules! cases {
    ($run:ident on $database:ident: $($module:ident { $($case:ident)* })*) => {
        $(mod $module {
            $(#[test]
            fn $case() {
                super::super::$run(super::super::$database(), super::super::$module::$case);
            })*
        })*
    };
}

macro_rules! conformance {
    ($($name:ident: $database:ident;)*) => {
        $(mod $name {
            #[test]
            fn failing_commit_keeps_nothing() {
                let mut subject = super::$database();
                super::atomicity::failing_commit_keeps_nothing(subject.database.as_mut(), subject.defer_references);
            }
            cases! { run on $database:
                access {
                    password_change_ends_every_session
                    session_is_found_by_its_secret_until_it_ends
                    secrets_are_unique
                    token_is_revoked_once
                    sign_in_link_works_once_and_in_time
                }
                atomicity {
                    undone_operation_leaves_nothing_and_its_neighbours_stay
                    undone_commit_leaves_neither_row_nor_event
                    panicking_operation_is_undone_alone_and_the_writer_lives_on
                    failed_operation_is_undone_to_its_first_write
                    later_operation_sees_what_was_kept_and_nothing_undone
                    part_is_undone_alone
                    queued_statements_keep_their_order
                    queued_failure_is_told_and_undone_alone
                    queued_failure_after_keep_fails_the_batch
                    queued_failure_in_a_part_is_undone_with_it
                    large_batch_is_one_transaction
                    empty_batch_is_nothing
                    panicking_view_leaves_the_database_usable
                    view_cannot_write
                }
                bundle {
                    inv_15_due_goes_by_rank_then_time
                    inv_08_what_waits_goes_along_once
                    inv_05_what_no_longer_rings_stays_behind
                    inv_06_what_a_lost_sender_had_goes_along_again
                    inv_08_only_what_still_rings_holds_others_back
                    pages_are_told_of_together
                }
                calendars {
                    feed_opens_by_its_secret_until_it_is_revoked
                    absence_is_read_by_person_and_by_time
                    no_number_of_absences_hides_another
                    hole_is_warned_of_once_for_each_stage
                }
                config {
                    every_change_is_a_revision_and_moves_the_version
                    removed_object_keeps_its_revisions
                    undone_change_leaves_the_version
                    organisation_reads_back_as_written
                    undecodable_object_is_loud
                    fact_is_claimed_once
                    fact_is_overwritten
                }
                constraints {
                    open_alert_key_is_unique_until_resolved
                    incident_slug_is_unique
                    incident_has_one_postmortem
                    inv_03_page_waits_exactly_with_an_alarm
                    inv_06_notification_is_owed_once
                    inv_07_notification_waits_exactly_with_an_alarm
                    inv_07_attempt_ends_exactly_with_an_outcome
                    attempt_begins_once
                    what_does_not_exist_is_not_referred_to
                }
                due {
                    pages_are_due_by_time_then_id
                    notifications_are_due_by_time_then_id
                    damaged_notification_hides_no_other
                    incidents_are_due_by_time_then_id
                    postmortems_are_due_by_time_then_id
                    earliest_alarm_is_that_of_anything_that_waits
                }
                inbound {
                    raw_requests_are_kept_as_sent_newest_first
                    alert_is_found_by_its_key
                    what_an_open_alert_says_is_known_without_reading_it
                    inv_01_what_an_older_server_changed_is_told_by_the_alert_itself
                    alerts_are_listed_newest_first
                }
                journal {
                    inv_18_every_kind_of_stream_is_chained_and_folds_to_its_row
                    positions_strictly_increase_over_streams
                    reading_resumes_after_a_position
                    instants_are_kept_to_the_microsecond
                }
                learning {
                    action_items_are_listed_open_ones_first
                    action_item_settles_once
                    postmortem_is_found_by_its_incident
                }
                delivery_report { a_word_is_told_once_of_an_attempt what_went_along_is_told_of_the_same_message }
                methods {
                    code_is_tried_so_often_and_ended_once
                    proof_holds_for_its_address_and_forgets_a_miss
                    gone_person_leaves_no_code_and_no_proof
                }
                paging {
                    notification_moves_only_from_what_was_read
                    attempt_ends_once
                    delivery_log_is_in_the_order_of_attempts
                    pages_are_found_by_subject_and_listed_while_open
                }
                people { what_is_asked_for_is_counted_by_person_and_by_address }
                response {
                    incident_is_found_by_its_slug
                    incidents_are_listed_newest_first
                }
                subscriber {
                    inv_20_an_update_is_owed_once_to_whoever_said_yes
                    inv_20_a_mail_waits_exactly_with_an_alarm
                    subscriber_mails_are_due_questions_first
                    subscriber_mails_are_counted_by_recipient_and_cancelled
                    subscriber_is_one_of_a_page_and_is_forgotten
                    inv_20_a_subscriber_goes_by_another_digest_with_what_was_sent
                }
                values {
                    large_values_come_back_whole
                    hostile_text_comes_back_whole
                    null_is_null_and_not_empty
                    whole_range_of_integers_comes_back
                    parameters_are_bound_by_number
                    wrong_number_of_values_is_refused
                    column_of_another_kind_is_damage
                    affected_rows_are_counted
                }
                versions {
                    stale_commit_is_a_conflict_and_leaves_no_event
                    second_beginning_is_a_conflict
                    nothing_to_record_writes_nothing
                    one_commit_may_record_several_events
                    missing_aggregate_is_none
                }
                voice {
                    notices_are_listed_newest_first_open_or_recent
                    notice_is_replaced_as_published_last
                    component_changes_are_kept_once_each
                }
                watch {
                    overdue_things_are_counted_by_kind
                    heartbeat_waits_is_missed_once_and_is_heard_again
                    inv_24_canary_is_forgotten_whole_and_alone
                }
            }
            cases! { run_damaging on $database:
                tampering {
                    inv_18_every_alteration_is_found
                    inv_18_an_altered_digest_is_found
                    inv_18_unchained_repair_is_found
                    undecodable_event_is_loud_for_its_stream_alone
                    undecodable_row_is_loud_for_its_stream_alone
                    damaged_row_hides_no_other_in_lists
                }
            }
        })*
    };
}

conformance! {
    in_memory: sqlite_in_memory;
    in_a_file: sqlite_in_a_file;
    on_postgres: postgres;
}
