//! A provider that the settings describe: its templates are filled in by `wire`, sent, and the answer read as the settings say.

use super::Way;
use nightbell_domain::paging::Message;
use nightbell_wire::outbound::{Outcome, Wrong, template};

/// Sends as the templates say.
#[derive(Debug, Clone)]
pub struct Template(template::Template);

impl Template {
    /// As the settings say.
    pub fn new(compiled: template::Template) -> Self {
        Self(compiled)
    }

    /// One attempt.
    pub async fn send(&self, way: Way<'_>, number: &str, message: &Message) -> Outcome {
        let request = match self.0.request(number, message) {
            Ok(request) => request,
            Err(why) => return Outcome::wrong_provider(why),
        };
        let keys = self.0.header_values(&request);
        let hidden: Vec<&str> = std::iter::once(number).chain(keys.iter().map(String::as_str)).collect();
        way.send(&request, Wrong::Provider, &hidden, |answer| self.0.classify(answer)).await
    }
}
