//! Routes: ordered rules over CEL; the first that holds decides. Each alert gets exactly one outcome and the reason for it (INV-01).

use super::AlertFacts;
use crate::{
    ids::{ServiceId, SeverityId},
    limits,
    org::{Route, RouteOutcome, Urgency},
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

mod bounds;

/// What a route decided about an alert, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Routing {
    /// The outcome.
    pub outcome: RouteOutcome,
    /// For pages.
    pub urgency: Urgency,
    /// The service the alert belongs to.
    pub service: Option<ServiceId>,
    /// Declares an incident as well.
    pub declare: Option<SeverityId>,
    /// "route 2: labels.severity == …" or "no route matched".
    pub reason: String,
}

/// A compiled expression.
pub struct Expression(cel::Program);

/// Compiles a route's expression. The error says what is wrong in one line.
pub fn compile(source: &str) -> Result<Expression, String> {
    if source.len() > limits::ROUTE_BYTES_MAX {
        return Err(format!("the expression is longer than {} bytes", limits::ROUTE_BYTES_MAX));
    }
    let patterns = bounds::check(source)?;
    if patterns.len() > limits::ROUTE_PATTERNS_MAX {
        return Err(format!("the expression has more than {} of matches", limits::ROUTE_PATTERNS_MAX));
    }
    patterns.into_iter().try_for_each(weigh)?;
    cel::Program::compile(source)
        .map(Expression)
        .map_err(|e| format!("not a CEL expression: {}", e.to_string().replace('\n', " ")))
}

/// Builds a regular expression once, within the limit: the evaluator builds it for every alert, while the one writer waits.
fn weigh(literal: &str) -> Result<(), String> {
    let value = cel::Program::compile(literal).ok().map(|program| program.execute(&cel::Context::default()));
    let Some(Ok(cel::Value::String(pattern))) = value else { return Err(format!("{literal} is not a string")) };
    let built = regex::RegexBuilder::new(&pattern).size_limit(limits::ROUTE_PATTERN_BYTES_MAX).build();
    built.map(drop).map_err(|e| match e {
        regex::Error::CompiledTooBig(_) => format!(
            "the regular expression {literal} is too large when spelled out; repeat less, or write [0-9A-Za-z_] for \\w"
        ),
        wrong => format!("{literal} is not a regular expression: {}", wrong.to_string().replace('\n', " ")),
    })
}

impl Expression {
    /// Whether it holds; a value that is not a boolean, or a missing label, is "no" with the reason.
    fn holds(&self, facts: &AlertFacts<'_>) -> Result<bool, String> {
        let mut context = cel::Context::default();
        let labels: std::collections::BTreeMap<&str, &str> =
            facts.labels.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        let labels = cel::to_value(labels).map_err(|e| e.to_string())?;
        context.add_variable_from_value("labels", labels);
        for (name, text) in [
            ("title", facts.title),
            ("severity", facts.severity.word()),
            ("source", facts.source),
            ("service", facts.service.map_or("", ServiceId::as_str)),
            ("integration", facts.integration),
        ] {
            context.add_variable_from_value(name, cel::Value::String(Arc::new(text.to_owned())));
        }
        match self.0.execute(&context) {
            Ok(cel::Value::Bool(holds)) => Ok(holds),
            Ok(_) => Err("the expression is not true or false".to_owned()),
            Err(e) => Err(e.to_string()),
        }
    }
}

/// All routes, compiled.
#[derive(Default)]
pub struct RouteTable {
    routes: Vec<(Route, Result<Expression, String>)>,
}

impl RouteTable {
    /// Compiles every route. One that does not compile (it was refused at `apply`, so only an older database can hold it) never matches.
    pub fn new(routes: &[Route]) -> Self {
        Self { routes: routes.iter().map(|route| (route.clone(), compile(&route.when))).collect() }
    }

    /// Exactly one outcome. Without a matching route an alert pages: waking somebody needlessly is cheaper than silence.
    pub fn decide(&self, facts: &AlertFacts<'_>) -> Routing {
        for (n, (route, expression)) in self.routes.iter().enumerate() {
            let holds = expression.as_ref().is_ok_and(|e| e.holds(facts).unwrap_or(false));
            if holds {
                return Routing {
                    outcome: route.outcome,
                    urgency: route.urgency.unwrap_or(Urgency::High),
                    service: route.service.clone().or_else(|| facts.service.cloned()),
                    declare: route.declare.clone(),
                    reason: format!("route {}: {}", n + 1, route.when),
                };
            }
        }
        let urgency = if facts.severity >= super::AlertSeverity::Error { Urgency::High } else { Urgency::Low };
        Routing {
            outcome: RouteOutcome::Page,
            urgency,
            service: facts.service.cloned(),
            declare: None,
            reason: format!(
                "no route matched: paged, {} urgency because the alert says {}",
                urgency.word(),
                facts.severity.word()
            ),
        }
    }
}
