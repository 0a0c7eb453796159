//! `nightbell init`: makes the data folder and its first administrator. Two at once make one; a second one is refused.

use super::SettingsArgs;
use crate::{
    data::Place,
    failure::Failure,
    out::{self, Out},
    system::SystemClock,
};
use clap::Args;
use nightbell_engine::{Clock, access::init_first_admin};
use serde_json::json;

/// What `init` takes.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The first administrator's mail address
    #[arg(long, value_name = "ADDRESS")]
    pub email: String,
    /// Their name; made from the address when left out
    #[arg(long, value_name = "NAME", default_value = "", hide_default_value = true)]
    pub name: String,
    /// Where to, and which address stands in the sign-in link.
    #[command(flatten)]
    pub settings: SettingsArgs,
}

/// Runs it.
///
/// # Errors
/// When there is an administrator already, the address is none, or the folder cannot be made.
pub fn run(arguments: &Arguments, out: Out) -> Result<(), Failure> {
    let config = arguments.settings.load(None)?;
    let public_url = config.public_url_at(config.listen);
    let place = &config.place;
    place.create()?;
    let mut engine = place.engine_or_new(&public_url)?;
    let admin = engine.execute(SystemClock.now(), |unit| init_first_admin(unit, &arguments.email, &arguments.name))?;
    let data = shown(place);
    let sign_in_url = format!("{public_url}/welcome/{}", admin.sign_in_secret.expose());
    let token = admin.token_secret.expose();
    let item = json!({ "data": data, "sign_in_url": sign_in_url, "token": token });
    out.item(&item, |_| {
        let serve = if arguments.settings.data.is_said() { format!("nightbell serve {}", place.flag()) } else { "nightbell serve".to_owned() };
        format!(
            "{} @{} administers {}.\n\n1. Start the server:         {serve}\n2. Choose your password at   {sign_in_url}\n   (works once, for a day)\n3. For commands, once only:  export NIGHTBELL_TOKEN={token}",
            out::good("Done."),
            admin.user,
            data,
        )
    });
    Ok(())
}

/// The place as scripts want it: the folder's whole path.
fn shown(place: &Place) -> String {
    match place.as_folder() {
        Some(folder) => {
            std::path::absolute(folder.path()).unwrap_or_else(|_| folder.path().to_owned()).display().to_string()
        }
        None => place.to_string(),
    }
}
