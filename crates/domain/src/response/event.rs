//! What can happen to an incident. These are the typed timeline entries and the stored form at once: fields may be added with a
//! default, never renamed or given another meaning (the golden files in `tests` hold them still).

use super::{EntryKind, IncidentStatus, Mitigation, Obligation, RoleKind, RuleId, WhoToPage};
use crate::{
    ids::{
        AlertId, ComponentId, IncidentId, PageId, PostmortemId, RunbookId, ServiceId, SeverityId, StatusPageId, UserId,
    },
    org::{Severity, SeverityAnswers},
    record::Instant,
};
use nightbell_public::{ComponentStatus, Impact, NoticeStatus};
use serde::{Deserialize, Serialize};

/// What a publication says about one component.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComponentEffect {
    /// Which.
    pub component: ComponentId,
    /// How it is doing, from now on.
    pub status: ComponentStatus,
}

/// What can happen to an incident.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum IncidentEvent {
    /// The beginning. Everything later is held to the rows and lists snapshotted here, whatever the configuration becomes.
    Declared {
        /// Id.
        id: IncidentId,
        /// `inc-2026-05-02-checkout-down`.
        slug: String,
        /// One line.
        title: String,
        /// The row of the severity table in force.
        severity: Box<Severity>,
        /// The answers that proposed the severity, when they were asked.
        answers: Option<SeverityAnswers>,
        /// Why this severity.
        why: String,
        /// What is broken.
        service: Option<ServiceId>,
        /// The runbook shown beside.
        runbook: Option<RunbookId>,
        /// What can be tried at once.
        mitigations: Vec<Mitigation>,
        /// What is owed from now on.
        obligations: Vec<Obligation>,
    },
    /// Somebody wrote something down.
    Entry {
        /// What it is.
        entry: EntryKind,
        /// What was written.
        text: String,
    },
    /// An entry reads differently now; the first text stays in the stream.
    EntryRevised {
        /// The entry's place in the stream.
        seq: u64,
        /// What it reads now.
        text: String,
    },
    /// A hypothesis turned out wrong.
    HypothesisRefuted {
        /// The hypothesis' place in the stream.
        seq: u64,
        /// What refuted it.
        reason: String,
    },
    /// Everybody was told where things stand.
    UpdatePosted {
        /// Impact and what is being done, as written.
        text: String,
        /// What is being tried.
        mitigation: Option<String>,
        /// The status word that held after it.
        status: IncidentStatus,
        /// By when the next one was promised; `None` after the last.
        next_update_at: Option<Instant>,
        /// As the room reads it.
        room_text: String,
        /// Whether the same composition went to the public page.
        public: bool,
    },
    /// The public page was told, explicitly: these words and no others.
    Published {
        /// The notice's public slug.
        notice: String,
        /// Which page.
        page: StatusPageId,
        /// The public headline.
        title: String,
        /// The public words.
        text: String,
        /// The public status word.
        status: NoticeStatus,
        /// How much it hurts the reader.
        impact: Impact,
        /// The components concerned.
        components: Vec<ComponentEffect>,
        /// By when the public was promised the next update.
        next_update_at: Option<Instant>,
        /// Why blocking findings of the wording check were overridden.
        overridden: Option<String>,
    },
    /// Another status word.
    StatusChanged {
        /// Before.
        from: IncidentStatus,
        /// After.
        to: IncidentStatus,
        /// Why; always there when it goes backwards.
        reason: Option<String>,
    },
    /// Another severity; what is owed was computed anew.
    SeverityChanged {
        /// Before.
        from: SeverityId,
        /// The row in force from now on.
        to: Box<Severity>,
        /// Why; always there when it was lowered.
        reason: Option<String>,
        /// What is owed from now on; rules owed before are all still listed.
        obligations: Vec<Obligation>,
    },
    /// A seat was offered; whoever holds it keeps it until the offer is accepted.
    RoleOffered {
        /// Which seat.
        role: RoleKind,
        /// To whom.
        to: UserId,
    },
    /// The offer was accepted: the seat changed hands.
    RoleAccepted {
        /// Which seat.
        role: RoleKind,
        /// Who holds it now.
        user: UserId,
    },
    /// The offer was declined.
    RoleDeclined {
        /// Which seat.
        role: RoleKind,
        /// Who declined.
        user: UserId,
    },
    /// An empty seat was taken.
    RoleTaken {
        /// Which seat.
        role: RoleKind,
        /// By whom.
        user: UserId,
    },
    /// A seat was left.
    RoleReleased {
        /// Which seat.
        role: RoleKind,
        /// By whom.
        user: UserId,
    },
    /// A mitigation was tried.
    MitigationTried {
        /// Which.
        key: String,
        /// What it is, as listed then.
        title: String,
    },
    /// Whether the last try of a mitigation helped.
    MitigationJudged {
        /// Which.
        key: String,
        /// What it is, as listed then.
        title: String,
        /// Did it?
        worked: bool,
    },
    /// An alert belongs to this incident.
    AlertLinked {
        /// Which.
        alert: AlertId,
        /// Its title.
        title: String,
        /// When the trouble began, as the alert says.
        started_at: Instant,
        /// Its runbook, when the incident had none.
        runbook: Option<RunbookId>,
        /// What its runbook can try that was not listed yet.
        mitigations: Vec<Mitigation>,
    },
    /// Somebody is being paged for it.
    PageStarted {
        /// Which page.
        page: PageId,
        /// Whom, in words.
        to: String,
        /// Why, in words.
        why: String,
    },
    /// A page was answered.
    PageAcknowledged {
        /// Which page.
        page: PageId,
        /// By whom.
        by: UserId,
    },
    /// A playbook rule was kept, in time or late.
    RuleMet {
        /// Which.
        rule: RuleId,
        /// Seconds from when it was owed until it was met.
        measured_s: u64,
        /// After its due time.
        late: bool,
    },
    /// The room was reminded.
    RuleNagged {
        /// Which rule.
        rule: RuleId,
        /// When it is due.
        due_at: Instant,
    },
    /// Somebody must be paged: the engine makes the page.
    RulePaged {
        /// Which rule.
        rule: RuleId,
        /// Whom.
        who: WhoToPage,
    },
    /// The rule's time is over.
    RuleBreached {
        /// Which.
        rule: RuleId,
        /// When it was due.
        due_at: Instant,
    },
    /// The rule is not insisted on.
    RuleWaived {
        /// Which.
        rule: RuleId,
        /// Why.
        reason: String,
    },
    /// It is over.
    Resolved {
        /// When its postmortem must be published; `None` when none is owed.
        postmortem_due_at: Option<Instant>,
    },
    /// Nothing is owed any more.
    Closed,
    /// It was a false alarm.
    Cancelled {
        /// Why.
        reason: String,
    },
    /// The postmortem was drafted from this timeline.
    PostmortemDrafted {
        /// Which.
        postmortem: PostmortemId,
    },
    /// The postmortem was published.
    PostmortemPublished {
        /// Which.
        postmortem: PostmortemId,
        /// How many action items it has.
        action_items: u32,
    },
}

impl IncidentEvent {
    /// The stored kind.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Declared { .. } => "declared",
            Self::Entry { .. } => "entry",
            Self::EntryRevised { .. } => "entry-revised",
            Self::HypothesisRefuted { .. } => "hypothesis-refuted",
            Self::UpdatePosted { .. } => "update-posted",
            Self::Published { .. } => "published",
            Self::StatusChanged { .. } => "status-changed",
            Self::SeverityChanged { .. } => "severity-changed",
            Self::RoleOffered { .. } => "role-offered",
            Self::RoleAccepted { .. } => "role-accepted",
            Self::RoleDeclined { .. } => "role-declined",
            Self::RoleTaken { .. } => "role-taken",
            Self::RoleReleased { .. } => "role-released",
            Self::MitigationTried { .. } => "mitigation-tried",
            Self::MitigationJudged { .. } => "mitigation-judged",
            Self::AlertLinked { .. } => "alert-linked",
            Self::PageStarted { .. } => "page-started",
            Self::PageAcknowledged { .. } => "page-acknowledged",
            Self::RuleMet { .. } => "rule-met",
            Self::RuleNagged { .. } => "rule-nagged",
            Self::RulePaged { .. } => "rule-paged",
            Self::RuleBreached { .. } => "rule-breached",
            Self::RuleWaived { .. } => "rule-waived",
            Self::Resolved { .. } => "resolved",
            Self::Closed => "closed",
            Self::Cancelled { .. } => "cancelled",
            Self::PostmortemDrafted { .. } => "postmortem-drafted",
            Self::PostmortemPublished { .. } => "postmortem-published",
        }
    }
}
