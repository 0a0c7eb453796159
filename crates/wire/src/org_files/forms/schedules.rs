//! The forms of schedules: who is on call, and what people agreed on.
//!
//! The calendar reads its part of the block itself afterwards; here is what an editor is told and what gets a suggestion.

use super::{is_default, utc};
use crate::org_files::words::{Day, Handle, HoursEdge, Local, Moment, Turn, Zone};
use nightbell_domain::ids::{ScheduleId, TeamId, UserId};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{self, IntoDeserializer, SeqAccess, Visitor},
};
use std::{borrow::Cow, fmt, marker::PhantomData};

/// Who is on call.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::org_files) struct ScheduleFile {
    /// Handle.
    #[schemars(with = "Handle")]
    pub id: ScheduleId,
    /// The owning team.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Handle>")]
    pub team: Option<TeamId>,
    /// The zone of every time in the schedule.
    #[serde(default = "utc")]
    #[schemars(with = "Zone")]
    pub time_zone: String,
    /// Rotations; a later one wins over the earlier ones where it has somebody.
    #[serde(default)]
    pub layers: Vec<LayerFile>,
    /// Spans somebody takes, whatever the layers say; a later one wins.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub overrides: Vec<OverrideFile>,
    /// Who stands behind the primary.
    #[serde(default, skip_serializing_if = "is_default")]
    pub backup: BackupWord,
}

/// Who stands behind the primary.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
pub(in crate::org_files) enum BackupWord {
    /// The next different member in the rotation.
    #[default]
    Next,
    /// Nobody.
    None,
}

/// One rotation.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::org_files) struct LayerFile {
    /// Unique in its schedule.
    pub name: String,
    /// In order of turn: a handle, a list of handles for several at once, or `nobody` for a slot that is empty on purpose.
    pub members: Vec<SlotFile>,
    /// How long a turn is: `1mo`, `1w`, `1d`, `12h`, or a list that cycles such as `[4d, 3d]`. All but hours hand over at the same
    /// wall-clock time all year.
    pub every: TurnsFile,
    /// Begin of the first member's first turn.
    pub starts: Local,
    /// The hours of the week in which the layer has somebody; always when not said.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hours: Vec<HoursFile>,
    /// Public holidays on which the layer rests, or on which alone it works.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holidays: Option<HolidaysFile>,
}

/// Who takes a turn.
#[derive(Debug, Clone)]
pub(in crate::org_files) enum SlotFile {
    /// Empty on purpose.
    Nobody,
    /// A person.
    One(UserId),
    /// Several at once; the first is the primary.
    Several(Vec<UserId>),
}

/// How long turns are; what the words mean is the calendar's business.
#[derive(Debug, Clone)]
pub(in crate::org_files) enum TurnsFile {
    /// All alike.
    One(String),
    /// These, again and again.
    Several(Vec<String>),
}

/// Hours on some days of the week, or a range from a weekday to a weekday.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::org_files) struct HoursFile {
    /// The days on which the hours begin; left out of a range.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub days: Vec<DayWord>,
    /// First minute, inclusive: `09:00`, or `fri 17:00` in a range.
    #[schemars(with = "HoursEdge")]
    pub from: String,
    /// End, exclusive, up to 24:00. At or before `from` it lies on the following day, in a range in the following week.
    #[schemars(with = "HoursEdge")]
    pub to: String,
}

/// Public holidays of a layer.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::org_files) struct HolidaysFile {
    /// The country whose public holidays count: `DE`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = "^[A-Za-z]{2}$"))]
    pub country: Option<String>,
    /// Days of one's own: `2026-12-24`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub days: Vec<Day>,
    /// Whether the layer is off on those days or works on them alone.
    #[serde(default)]
    pub on: HolidayWord,
}

/// What a layer does on holidays.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub(in crate::org_files) enum HolidayWord {
    #[default]
    Off,
    Only,
}

/// A day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub(in crate::org_files) enum DayWord {
    Mon,
    Tue,
    Wed,
    Thu,
    Fri,
    Sat,
    Sun,
}

/// Somebody takes, joins or watches a span.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::org_files) struct OverrideFile {
    /// Who.
    #[schemars(with = "Handle")]
    pub user: UserId,
    /// Inclusive: wall time in the schedule's zone, or an instant with `Z` or an offset.
    pub from: Moment,
    /// Exclusive.
    pub to: Moment,
    /// What they do there: `replace` whoever had it, be there as well (`add`), get a copy (`shadow`), or be called first with whoever
    /// had it beside them (`reverse-shadow`).
    #[serde(default, skip_serializing_if = "is_default")]
    pub kind: OverrideWord,
    /// Only with `replace`: whose place they take, so that others of the same slot stay.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Handle>")]
    pub instead_of: Option<UserId>,
    /// Why, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// What somebody does in the span of an override.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
pub(in crate::org_files) enum OverrideWord {
    #[default]
    Replace,
    Add,
    Shadow,
    ReverseShadow,
}

impl Serialize for SlotFile {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Nobody => serializer.serialize_str(NOBODY),
            Self::One(user) => user.serialize(serializer),
            Self::Several(users) => users.serialize(serializer),
        }
    }
}

impl Serialize for TurnsFile {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::One(length) => length.serialize(serializer),
            Self::Several(lengths) => lengths.serialize(serializer),
        }
    }
}

/// The word for a slot that is empty on purpose.
const NOBODY: &str = "nobody";

impl<'de> Deserialize<'de> for SlotFile {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        one_or_several(deserializer, "a handle, a list of handles, or nobody").map(|read| match read {
            OneOrSeveral::One(Named(None)) => Self::Nobody,
            OneOrSeveral::One(Named(Some(user))) => Self::One(user),
            // `nobody` in a list is the calendar's complaint.
            OneOrSeveral::Several(users) => Self::Several(users.into_iter().filter_map(|Named(user)| user).collect()),
        })
    }
}

impl<'de> Deserialize<'de> for TurnsFile {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let wanted = "a turn length such as \"1w\", or a list of them such as [4d, 3d]";
        one_or_several(deserializer, wanted).map(|read| match read {
            OneOrSeveral::One(length) => Self::One(length),
            OneOrSeveral::Several(lengths) => Self::Several(lengths),
        })
    }
}

/// A handle, or the word that stands for none.
struct Named(Option<UserId>);

impl<'de> Deserialize<'de> for Named {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text == NOBODY {
            return Ok(Self(None));
        }
        text.parse().map(|user| Self(Some(user))).map_err(de::Error::custom)
    }
}

enum OneOrSeveral<T> {
    One(T),
    Several(Vec<T>),
}

/// A text, or a list of them.
fn one_or_several<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
    wanted: &'static str,
) -> Result<OneOrSeveral<T>, D::Error> {
    struct Reader<T>(&'static str, PhantomData<T>);
    impl<'de, T: Deserialize<'de>> Visitor<'de> for Reader<T> {
        type Value = OneOrSeveral<T>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(self.0)
        }

        fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
            T::deserialize(text.into_deserializer()).map(OneOrSeveral::One)
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
            let mut several = Vec::new();
            while let Some(item) = items.next_element()? {
                several.push(item);
            }
            Ok(OneOrSeveral::Several(several))
        }
    }
    deserializer.deserialize_any(Reader(wanted, PhantomData))
}

impl JsonSchema for SlotFile {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        "Slot".into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        one_or_list(Handle::json_schema(generator))
    }
}

impl JsonSchema for TurnsFile {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        "Turns".into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        one_or_list(Turn::json_schema(generator))
    }
}

fn one_or_list(one: Schema) -> Schema {
    json_schema!({ "anyOf": [one, { "type": "array", "items": one, "minItems": 1 }] })
}
