//! A world as one page of HTML for whoever must understand it: what the seed chose, the verdict, every happening in true time, and each page's
//! own timeline as it is stored. Is not: a page of the product; nothing here is served.

use crate::{disk::Disk, options::Options, story::Story};
use nightbell_engine::domain::{paging::Page, record::Aggregate, record::Instant, response::Incident};
use nightbell_store::journal::{self, JournalLine};

const STYLE: &str = "body{font:14px/1.45 system-ui,sans-serif;margin:2rem;max-width:80rem}h1{font-size:1.4rem}h2{font-size:1.1rem;margin-top:2rem}\
     td,th{padding:.15rem .6rem;text-align:left;vertical-align:top}td:first-child{white-space:nowrap;font-variant-numeric:tabular-nums;color:#555}\
     tr.deep td+td{padding-left:2.5rem;color:#345}.bad{background:#fde8e8;padding:.8rem;white-space:pre-wrap}.good{background:#e7f5ea;padding:.8rem}\
     details{margin:.3rem 0}code{font-size:12px;word-break:break-word}";

/// The whole page.
pub fn page(seed: u64, options: &Options, problem: Option<&str>, story: &Story, disk: &Disk) -> Result<String, String> {
    let verdict = match problem {
        Some(problem) => format!("<p class=bad>{}</p>", escaped(problem)),
        None => "<p class=good>Everything held.</p>".to_owned(),
    };
    let mut html = format!(
        "<!doctype html><html lang=en><meta charset=utf-8><title>Seed {seed}</title><style>{STYLE}</style>\n\
         <h1>Seed {seed}</h1>{verdict}<p>{}</p>\n<h2>Pages and incidents</h2>\n",
        escaped(&options.to_string())
    );
    for kind in [Incident::KIND, Page::KIND] {
        for key in disk.look(|tx| journal::streams(tx, kind))? {
            html.push_str(&stream(&disk.look(|tx| journal::raw_stream(tx, kind, &key))?, &key));
        }
    }
    html.push_str("<h2>What happened, in true time</h2>\n<table>\n");
    for line in story.lines() {
        let (at, what) = line.split_once(' ').unwrap_or(("", line));
        let deep = if what.starts_with(' ') { " class=deep" } else { "" };
        html.push_str(&format!("<tr{deep}><td>{}<td>{}\n", escaped(at), escaped(what.trim())));
    }
    html.push_str("</table></html>\n");
    Ok(html)
}

/// One stream, folded away.
fn stream(lines: &[JournalLine], key: &str) -> String {
    let last = lines.last().map_or("", |line| line.kind.as_str());
    let mut html = format!("<details><summary>{}: {} events, {}</summary><table>\n", escaped(key), lines.len(), last);
    for line in lines {
        let at = Instant::from_microsecond(line.at).map_or_else(|_| line.at.to_string(), |at| at.to_string());
        html.push_str(&format!("<tr><td>{at}<td>{}<td><code>{}</code>\n", escaped(&line.kind), escaped(&line.body)));
    }
    html.push_str("</table></details>\n");
    html
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
