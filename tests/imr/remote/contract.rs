//! The same as the stub is tested with, against a real engine: set `IMR_REMOTE_URL` to its address, and the variables for
//! credentials if it wants some. It makes an index of its own and takes it away again.

use serde_json::{Value, json};

use super::publish::{account, counts, ordinary};
use crate::invented::Linearization;
use crate::support::{Folder, Run};

/// An index at a real engine, for one test.
pub struct Remote {
    /// Where the program is run, with an index.
    pub folder: Folder,
    /// The index there, which is not made yet.
    pub target: String,
    /// Who asks it.
    pub client: imr::remote::Client,
    /// How.
    pub options: imr::remote::Options,
}

impl Remote {
    /// An index of so many invented letters, and one at the engine for them, if there is an engine.
    pub fn start(letters: u64) -> Option<Self> {
        let Some(address) = std::env::var("IMR_REMOTE_URL").ok().filter(|address| !address.is_empty()) else {
            eprintln!("skipped: IMR_REMOTE_URL names no engine");
            return None;
        };
        let variable = |name: &str| std::env::var(name).ok();
        let credentials = match (variable("IMR_REMOTE_USER"), variable("IMR_REMOTE_API_KEY")) {
            (Some(user), _) => {
                let password = variable("IMR_REMOTE_PASSWORD").unwrap_or_default();
                imr::remote::Credentials::Basic { user, password }
            }
            (None, Some(key)) => imr::remote::Credentials::ApiKey(key),
            _ => imr::remote::Credentials::None,
        };
        let ca = variable("IMR_REMOTE_CA_FILE").map(|file| std::fs::read(file).unwrap());
        let options = imr::remote::Options { credentials, ca, ..Default::default() };
        let unique = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_nanos();
        let target = format!("{}/imr-contract-{unique}", address.trim_end_matches('/'));
        let parsed = imr::remote::Target::parse(&target).unwrap();
        let client = imr::remote::Client::connect(&parsed, None, &options).unwrap();
        let folder = if letters > 0 { Folder::indexed(letters) } else { Folder::new() };
        Some(Self { folder, target, client, options })
    }

    /// Publishes.
    pub fn publish(&self, args: &[&str]) -> Run {
        self.folder.imr(&[&["publish", "--to", &self.target, "--format", "json"], args].concat())
    }

    fn count(&self, query: Value) -> u64 {
        self.client.count(&query).unwrap()
    }
}

impl Drop for Remote {
    fn drop(&mut self) {
        let mut removed = imr::remote::init::remove(&self.client);
        // A server that is busy may take longer than a request may, and have done it by then.
        if removed.is_err() {
            std::thread::sleep(std::time::Duration::from_secs(5));
            removed = match imr::remote::init::is_there(&self.client) {
                Ok(false) => Ok(()),
                _ => imr::remote::init::remove(&self.client),
            };
        }
        if !std::thread::panicking() {
            removed.unwrap();
        }
    }
}

#[test]
fn a_real_engine_keeps_to_the_contract() {
    let Some(remote) = Remote::start(200) else { return };
    let (folder, target) = (&remote.folder, remote.target.as_str());
    let knows_ids = remote.client.flavor().knows_ids();
    let servers = target.rsplit_once('/').unwrap().0;
    let doctor = folder.imr(&["remote", "doctor", servers]);
    eprintln!("{} {}{}", remote.client.flavor().name(), doctor.out, doctor.err);
    doctor.succeeds();
    remote.publish(&[]).ends_with(2).says(&["is not there"]);
    folder.imr(&["remote", "init", target, "--apply"]).succeeds();
    // Publish and verify.
    let told = account(&remote.publish(&["--verify", "--batch-bytes", "200000"]).succeeds());
    assert_eq!(counts(&told, ["new", "rejected", "waiting"]), [200, 0, 0]);
    let issues = folder.imr(&["search", "--count", "--format", "json"]).succeeds().json();
    let here = issues["total"]["issues"].as_u64().unwrap();
    // Totals, values and phrases are those from here.
    assert_eq!(remote.count(json!({"bool": {"must_not": [{"term": {"number": {"value": 0}}}]}})), here);
    let of_here = |query: &str| {
        let found = folder.imr(&["search", query, "--count", "--format", "json"]).json();
        found["total"]["issues"].as_u64().unwrap()
    };
    for outcome in ["upheld", "overturned"] {
        let there = remote.count(json!({"term": {"outcome": {"value": outcome}}}));
        assert_eq!(there, of_here(&format!("outcome:{outcome}")), "{outcome}");
    }
    let mut phrases = 0;
    for letter in folder.imr(&["export", "--of", "issues"]).succeeds().out.lines().step_by(7).take(60) {
        let issue: Value = serde_json::from_str(letter).unwrap();
        let Some(rationale) = issue["rationale"].as_str() else { continue };
        let words: Vec<&str> = rationale.split(|c: char| !c.is_ascii_alphabetic()).filter(|w| w.len() > 2).collect();
        let Some(row) = rationale.split(['.', ',', ':']).find(|part| part.split(' ').count() > 3) else { continue };
        let phrase: Vec<&str> = row.split_whitespace().take(3).collect();
        let phrase = phrase.join(" ").replace('"', "");
        let terms = imr::index::analysis::terms(&phrase).join(" ");
        if words.is_empty() || terms.is_empty() {
            continue;
        }
        let there = remote.count(json!({"match_phrase": {"rationale_terms": {"query": terms}}}));
        assert_eq!(there, of_here(&format!("rationale:\"{phrase}\"")), "{phrase}");
        phrases += 1;
    }
    assert!(phrases >= 50, "{phrases} phrases");
    // Sent again, it changes nothing.
    let told = account(&remote.publish(&[]).succeeds());
    assert_eq!(counts(&told, ["unchanged", "requests"]), [200, 0]);
    if !knows_ids {
        eprintln!("skipped: corrections and take-downs, which this engine does in its own time");
        return;
    }
    let told = account(&remote.publish(&["--replace", "--verify"]).succeeds());
    assert_eq!(counts(&told, ["unchanged", "documents.created"]), [200, 0]);
    // A correction, and a letter that is gone here.
    let (changing, going) = (ordinary(0), ordinary(ordinary(0).number));
    let mut letter = ordinary(0);
    letter.issues.truncate(1);
    folder.write(&format!("letters/{}", changing.path("txt")), letter.to_text(Linearization::Pairs));
    std::fs::remove_file(folder.path().join("letters").join(going.path("txt"))).unwrap();
    folder.imr(&["index", "letters", "--prune"]).succeeds();
    let told = account(&remote.publish(&["--verify"]).succeeds());
    assert_eq!(counts(&told, ["changed", "removed", "unchanged"]), [1, 1, 198]);
    let of = |case: &str| remote.count(json!({"term": {"letter": {"value": case}}}));
    assert_eq!((of(&changing.case_number), of(&going.case_number)), (1, 0));
    // A letter is taken down, and stays down.
    folder.imr(&["remote", "take-down", target, &changing.case_number]).succeeds();
    assert_eq!(of(&changing.case_number), 0);
    let told = account(&remote.publish(&["--replace", "--verify"]).succeeds());
    assert_eq!(counts(&told, ["withheld", "unchanged"]), [1, 198]);
    assert_eq!(of(&changing.case_number), 0);
    // And comes back when it may.
    folder.imr(&["remote", "take-down", target, &changing.case_number, "--undo"]).succeeds();
    let told = account(&remote.publish(&["--verify"]).succeeds());
    assert_eq!(counts(&told, ["withheld", "new", "unchanged"]), [0, 1, 198]);
    assert_eq!(of(&changing.case_number), 1);
}
