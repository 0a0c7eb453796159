//! The severity table: pre-defined rows that carry obligations, so that nobody debates during an incident.

use crate::{ids::SeverityId, response::RoleKind};
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

/// One row of the severity table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Severity {
    /// `sev1`.
    pub id: SeverityId,
    /// What it means to customers.
    pub impact: String,
    /// Roles owed; also who is paged at declaration for them.
    pub roles: Vec<RoleKind>,
    /// Whether executives are told at declaration.
    pub page_execs: bool,
    /// A commander is owed within this time of declaration; `None`: no commander owed.
    #[serde(with = "optional_duration")]
    pub commander_within: Option<SignedDuration>,
    /// The other roles are owed within this time.
    #[serde(with = "optional_duration")]
    pub roles_within: Option<SignedDuration>,
    /// The public page must speak within this time; `None`: not owed.
    #[serde(with = "optional_duration")]
    pub public_within: Option<SignedDuration>,
    /// Longest time between two updates; `None`: none owed.
    #[serde(with = "optional_duration")]
    pub update_every: Option<SignedDuration>,
    /// Postmortem owed within this many business days; `None`: optional.
    pub postmortem_business_days: Option<u16>,
}

/// The rows, most severe first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeverityTable {
    /// Most severe first; never empty.
    pub rows: Vec<Severity>,
}

/// Answers to the plain questions asked when declaring. `None` is "unsure", which picks the higher row.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeverityAnswers {
    /// Are many customers affected (not just one)?
    pub many_affected: Option<bool>,
    /// Is money (or safety, or data) at risk?
    pub money_at_risk: Option<bool>,
    /// Is there a workaround?
    pub workaround: Option<bool>,
}

impl SeverityTable {
    /// The row of that name.
    pub fn get(&self, id: &SeverityId) -> Option<&Severity> {
        self.rows.iter().find(|row| row.id == *id)
    }

    /// 0 is the most severe.
    pub fn rank(&self, id: &SeverityId) -> Option<usize> {
        self.rows.iter().position(|row| row.id == *id)
    }

    /// Proposes a row from the answers, and says why. Unsure picks the higher one.
    pub fn propose(&self, answers: SeverityAnswers) -> (&Severity, &'static str) {
        let many = answers.many_affected != Some(false);
        let money = answers.money_at_risk != Some(false);
        let workaround = answers.workaround == Some(true);
        let (rank, why) = match (many, money, workaround) {
            (true, true, _) => (0, "many customers may be affected and money may be at risk"),
            (true, false, false) => (1, "many customers may be affected and there is no known workaround"),
            (true, false, true) => (1, "many customers may be affected, with a workaround"),
            (false, true, _) => (1, "money may be at risk, though few customers are affected"),
            (false, false, _) => (2, "few customers are affected and no money is at risk"),
        };
        (&self.rows[rank.min(self.rows.len() - 1)], why)
    }
}

impl Default for SeverityTable {
    /// The shipped table of the playbook.
    fn default() -> Self {
        let minutes = |m: i64| Some(SignedDuration::from_mins(m));
        let id = |text: &str| text.parse().expect("a literal severity id is well formed");
        Self {
            rows: vec![
                Severity {
                    id: id("sev1"),
                    impact: "Major customer impact, revenue at risk".to_owned(),
                    roles: vec![RoleKind::Commander, RoleKind::Ops, RoleKind::Comms, RoleKind::Scribe],
                    page_execs: true,
                    commander_within: minutes(5),
                    roles_within: minutes(10),
                    public_within: minutes(5),
                    update_every: minutes(15),
                    postmortem_business_days: Some(5),
                },
                Severity {
                    id: id("sev2"),
                    impact: "Significant impact, mitigation possible".to_owned(),
                    roles: vec![RoleKind::Commander, RoleKind::Ops],
                    page_execs: false,
                    commander_within: minutes(5),
                    roles_within: minutes(10),
                    public_within: minutes(15),
                    update_every: minutes(30),
                    postmortem_business_days: Some(5),
                },
                Severity {
                    id: id("sev3"),
                    impact: "Minor, or a single customer".to_owned(),
                    roles: vec![RoleKind::Ops],
                    page_execs: false,
                    commander_within: None,
                    roles_within: None,
                    public_within: None,
                    update_every: None,
                    postmortem_business_days: None,
                },
            ],
        }
    }
}

/// `5m`, or absent.
mod optional_duration {
    use jiff::SignedDuration;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[derive(Serialize, Deserialize)]
    struct Text(#[serde(with = "crate::text::duration::duration_text")] SignedDuration);

    pub fn serialize<S: Serializer>(duration: &Option<SignedDuration>, s: S) -> Result<S::Ok, S::Error> {
        duration.map(Text).serialize(s)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Option<SignedDuration>, D::Error> {
        Ok(Option::<Text>::deserialize(d)?.map(|text| text.0))
    }
}
