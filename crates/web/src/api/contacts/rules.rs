//! `/me/rules` and `/me/quiet`: which of the caller's methods rings when, and the hours in which low urgency waits. Part of [`super`].

use super::reach;
use crate::{
    api::{
        answer::{ApiResult, ok},
        request::{self, Body},
    },
    domain::{
        access::{Read, Respond},
        ids::{ContactId, UserId},
        org::{NotificationRule, NotificationRules, QuietHours, Urgency},
        refusal::Refusal,
        text::duration::{parse_duration, print_duration},
    },
    gate::ApiCaller,
    state::AppState,
};
use axum::extract::State;
use nightbell_engine::people::{self, Hand};
use serde::{Deserialize, Serialize};

#[derive(Serialize)]
struct RuleJson {
    after: String,
    via: ContactId,
    kind: &'static str,
}

#[derive(Serialize)]
struct RulesJson {
    own: bool,
    high: Vec<RuleJson>,
    low: Vec<RuleJson>,
    quiet: Option<QuietHours>,
    time_zone: String,
}

async fn rules_json(state: &AppState, user: &UserId) -> ApiResult {
    let reach = reach(state, user).await?;
    let list = |urgency| {
        let rule = |(after, contact): (jiff::SignedDuration, &crate::domain::org::Contact)| RuleJson {
            after: print_duration(after),
            via: contact.id.clone(),
            kind: contact.kind.word(),
        };
        reach.ladder(urgency).into_iter().map(rule).collect()
    };
    Ok(ok(&RulesJson {
        own: reach.own_rules,
        high: list(Urgency::High),
        low: list(Urgency::Low),
        quiet: reach.quiet,
        time_zone: reach.person.time_zone.clone(),
    }))
}

pub(super) async fn rules(State(state): State<AppState>, who: ApiCaller<Read>) -> ApiResult {
    rules_json(&state, who.caller.user()).await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RuleInput {
    after: String,
    via: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RulesInput {
    #[serde(default)]
    high: Vec<RuleInput>,
    #[serde(default)]
    low: Vec<RuleInput>,
}

fn rule_list(urgency: &str, list: &[RuleInput]) -> Result<Vec<NotificationRule>, Refusal> {
    let one = |(n, rule): (usize, &RuleInput)| {
        let field = |name: &str| format!("{urgency}[{n}].{name}");
        let after = parse_duration(&rule.after).map_err(|e| Refusal::invalid(&field("after"), format!("{e}.")))?;
        Ok(NotificationRule { after, via: request::word(&field("via"), &rule.via)? })
    };
    list.iter().enumerate().map(one).collect()
}

pub(super) async fn set_rules(
    State(state): State<AppState>,
    who: ApiCaller<Respond>,
    Body(input): Body<RulesInput>,
) -> ApiResult {
    let rules = NotificationRules { high: rule_list("high", &input.high)?, low: rule_list("low", &input.low)? };
    let hand = Hand::own(&who.permit);
    state.run(move |unit| people::set_rules(unit, &hand, rules.clone())).await?;
    rules_json(&state, who.caller.user()).await
}

pub(super) async fn reset_rules(State(state): State<AppState>, who: ApiCaller<Respond>) -> ApiResult {
    let hand = Hand::own(&who.permit);
    state.run(move |unit| people::reset_rules(unit, &hand)).await?;
    rules_json(&state, who.caller.user()).await
}

pub(super) async fn quiet(
    State(state): State<AppState>,
    who: ApiCaller<Respond>,
    Body(input): Body<Option<QuietHours>>,
) -> ApiResult {
    let hand = Hand::own(&who.permit);
    state.run(move |unit| people::set_quiet(unit, &hand, input)).await?;
    rules_json(&state, who.caller.user()).await
}
