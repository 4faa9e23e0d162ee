//! `imr publish`.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use imr::index::Reader;
use imr::query::Expr;
use imr::record::LetterRecord;
use imr::remote::exports::Exports;
use imr::remote::state::State;
use imr::remote::{
    Account, Client, Observer, Published, Reject, Settings, Target, Verified, Withheld, init, publish, refresh,
    rehearse, state, verify,
};
use imr::search::Stream;
use imr::{Error, ErrorKind, present};

use super::args::{PublishArgs, ReportFormat};
use super::message::counted;
use super::progress::Sent;
use super::{End, interrupt, message, output, remote};

/// How often it is looked again whether what differs there only has not been noticed yet.
const LOOKS: u32 = 2;
/// How long to wait before.
const BETWEEN_LOOKS: Duration = Duration::from_secs(2);

/// Where letters come from.
enum Source {
    Index(Box<Reader>),
    Exports(Vec<PathBuf>),
}

/// Letters in their order.
type Letters<'a> = Box<dyn Iterator<Item = imr::Result<LetterRecord>> + 'a>;

impl Source {
    /// The letters, and how many there are.
    fn letters(&self) -> imr::Result<(Letters<'_>, u64)> {
        Ok(match self {
            Self::Index(reader) => {
                let stream = Stream::open(reader, &Expr::All)?;
                let total = stream.total.letters;
                (Box::new(stream.map(|matched| matched.map(|matched| matched.letter))), total)
            }
            Self::Exports(paths) => {
                let exports = Exports::open(paths)?;
                if exports.repeated > 0 {
                    let times = counted(exports.repeated, "version");
                    message::note(&format!(
                        "{times} of letters that come again were left out; the latest decision counts"
                    ));
                }
                let total = exports.letters();
                (Box::new(exports), total)
            }
        })
    }
}

/// Publishes.
pub fn run(args: PublishArgs) -> anyhow::Result<End> {
    let target = Target::parse(&args.to)?;
    let is_index = args.exports.is_empty();
    if !is_index && args.index.is_named() {
        return Err(Error::new(ErrorKind::Usage, "exports and `--index` cannot both be published").into());
    }
    let dir = is_index.then(|| remote::index_dir(&args.index)).transpose()?;
    let source = match &dir {
        Some(dir) => Source::Index(Box::new(Reader::open(dir)?)),
        None => {
            message::lacking_shards(args.exports.iter().map(PathBuf::as_path));
            Source::Exports(args.exports.clone())
        }
    };
    let state = remote::state(args.state.clone(), dir.as_deref(), &target)?;
    let settings = Settings {
        sending: remote::sending(Duration::from_secs(u64::from(args.patience))),
        batch_bytes: args.batch_bytes as usize,
        in_flight: usize::from(args.in_flight),
        removes: is_index || args.replace,
        is_anew: args.replace,
    };
    let (letters, total) = source.letters()?;
    if total == 0 {
        message::note("there is no letter to publish; nothing was sent, and nothing taken away");
        return Ok(End::Nothing);
    }
    if settings.removes && !args.replace {
        check_removals(&state, &target, total)?;
    }
    let stop = interrupt::stop()?;
    let client = if args.dry_run && !args.verify { None } else { Some(remote::connect(&target, &args.remote)?) };
    if let Some(client) = &client {
        init::check(client)?;
        if !client.flavor().knows_ids() {
            check_additions(client, &state, &settings)?;
        }
    }
    let rejects = args.rejects.clone().unwrap_or_else(|| beside(&state, "rejects.jsonl"));
    let Published { account, error } = match &client {
        Some(client) if !args.dry_run => send(client, (letters, total), &state, &rejects, &settings, &stop)?,
        _ => {
            let account = rehearse(&target.to_string(), letters, &state, &settings, &stop)?;
            Published { account, error: None }
        }
    };
    let is_whole = error.is_none() && !account.is_interrupted;
    let mut end = Ending { account, verified: None, rejects: None, error };
    if account.documents.rejected > 0 {
        end.rejects = Some(rejects);
    }
    if let Some(client) = client.as_ref().filter(|_| is_whole)
        && let Err(error) = finish(client, &source, &args, &settings, &state, &stop, &mut end)
    {
        end.error = Some(error);
    }
    end.tell(&target, client.as_ref(), &args, settings.removes)
}

/// Sends.
fn send(
    client: &Client,
    letters: (Letters<'_>, u64),
    state: &Path,
    rejects: &Path,
    settings: &Settings,
    stop: &AtomicBool,
) -> anyhow::Result<Published> {
    let _ = fs::remove_file(rejects);
    if settings.is_anew
        && let Err(error) = state::look(state, &client.target().to_string())
        && error.kind() == ErrorKind::IndexCorrupt
    {
        let aside = State::put_aside(state)?;
        message::note(&format!("the damaged file is kept as `{}`", aside.display()));
    }
    let mut list: Option<BufWriter<File>> = None;
    let mut reject = |reject: &Reject| -> imr::Result<()> {
        let failed = |error| Error::write(rejects, error);
        let file = match &mut list {
            Some(file) => file,
            none => none.insert(BufWriter::new(File::create(rejects).map_err(failed)?)),
        };
        let line = serde_json::to_string(reject).unwrap_or_default();
        writeln!(file, "{line}").and_then(|()| file.flush()).map_err(failed)
    };
    let bar = Sent::new(letters.1);
    let published = publish((client, state), letters, settings, &mut reject, &bar, stop);
    bar.clear();
    Ok(published?)
}

/// What comes behind sending: what is there beside it is taken away, and what is there is compared.
fn finish(
    client: &Client,
    source: &Source,
    args: &PublishArgs,
    settings: &Settings,
    state: &Path,
    stop: &AtomicBool,
    end: &mut Ending,
) -> imr::Result<()> {
    if !args.dry_run {
        refresh(client)?;
    }
    if settings.is_anew && !args.dry_run && client.flavor().knows_ids() {
        let known = state::look(state, &client.target().to_string())?;
        let swept = verify::sweep(client, &settings.sending, known.into_iter().flatten(), stop)?;
        end.account.documents.deleted += swept.deleted;
        end.account.is_interrupted |= swept.is_interrupted;
        refresh(client)?;
    }
    if args.verify && !end.account.is_interrupted {
        if !client.flavor().knows_ids() && end.account.documents.created > 0 {
            message::note("waiting until what was sent can be found");
            std::thread::sleep(settings.sending.settling);
        }
        let withheld = Withheld::of(state)?;
        let mut left = LOOKS;
        loop {
            end.verified = verify::verify(client, source.letters()?.0, &withheld, stop)?;
            let is_same = end.verified.as_ref().is_none_or(|verified| verified.is_same(settings.removes));
            if is_same || left == 0 || args.dry_run {
                break;
            }
            // Nodes may tell each other now and then what was replaced and deleted.
            left -= 1;
            std::thread::sleep(BETWEEN_LOOKS);
        }
        end.account.is_interrupted |= end.verified.is_none();
    }
    Ok(())
}

/// How a run ended.
struct Ending {
    account: Account,
    verified: Option<Verified>,
    rejects: Option<PathBuf>,
    error: Option<Error>,
}

impl Ending {
    /// Prints the account, and says what there is to say of it.
    fn tell(self, target: &Target, client: Option<&Client>, args: &PublishArgs, is_all: bool) -> anyhow::Result<End> {
        let Self { account, verified, rejects, error } = self;
        let told = present::Told {
            target: target.to_string(),
            flavor: client.map(|client| client.flavor().name()),
            is_dry_run: args.dry_run,
            account: &account,
            verified: verified.as_ref(),
            rejects: rejects.as_deref(),
        };
        let mut out = output::stdout();
        match args.format {
            ReportFormat::Text => present::account(&mut out, &told, &output::style(&args.look))?,
            ReportFormat::Json => present::account_json(&mut out, &told)?,
        }
        out.flush()?;
        if account.documents.deletions_asked > 0 {
            message::note("Quickwit deletes in its own time; until then it finds what was replaced or taken away, too");
        }
        if let Some(rejects) = &rejects {
            let documents = counted(account.documents.rejected, "document");
            message::note(&format!("{documents} refused; `{}` tells why", rejects.display()));
        }
        if let Some(error) = error {
            return Err(error.into());
        }
        if account.is_interrupted {
            message::note("interrupted; what was sent is remembered, and the same command goes on from there");
            return Ok(End::Interrupted);
        }
        let is_same = verified.as_ref().is_none_or(|verified| verified.is_same(is_all));
        if !is_same {
            message::note("what is there is not what is here; `imr publish --replace` makes it so");
        }
        Ok(if is_same && rejects.is_none() { End::Done } else { End::Missing })
    }
}

/// A run that would take most of what is there away is rather one from the wrong folder.
fn check_removals(state: &Path, target: &Target, total: u64) -> imr::Result<()> {
    let mut known = 0u64;
    for entry in state::look(state, &target.to_string())?.into_iter().flatten() {
        entry?;
        known += 1;
    }
    if total >= known / 2 || known < 20 {
        return Ok(());
    }
    let message = format!("{total} letters are here and {known} there, so that most of them would be taken away");
    Err(Error::new(ErrorKind::Usage, message).with_hint("if that is meant, `--replace` does it"))
}

/// An engine that adds every document must not be sent what it has.
fn check_additions(client: &Client, state: &Path, settings: &Settings) -> imr::Result<()> {
    let (target, name) = (client.target(), client.flavor().name());
    let hint = "make another index with `imr remote init` and publish into that";
    if settings.is_anew {
        return Err(Error::new(
            ErrorKind::Usage,
            format!("{name} keeps every document it is sent, so nothing can be replaced there"),
        )
        .with_hint(hint));
    }
    if state::look(state, &target.to_string())?.into_iter().flatten().next().is_none() {
        let there = client.count(&serde_json::json!({"match_all": {}}))?;
        if there > 0 {
            let documents = counted(there, "document");
            let message = format!("`{target}` holds {documents}, and nothing is known of what was sent there");
            return Err(Error::new(ErrorKind::Usage, message).with_hint(hint));
        }
    }
    Ok(())
}

/// A file beside another.
fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    PathBuf::from(name)
}

impl Observer for Sent {
    fn done(&self, account: &Account) {
        self.at(
            account.new + account.changed + account.unchanged + account.rejected + account.withheld,
            account.bytes,
            account.postponed,
        );
    }
}
