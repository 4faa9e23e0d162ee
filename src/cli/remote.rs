//! `imr remote`, and what commands have in common that speak to an engine.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use imr::remote::init::{self, Made};
use imr::remote::mapping::{COMMIT_SECONDS, Spread, creation};
use imr::remote::takedown::{self, TakenDown, Wait};
use imr::remote::{
    Client, Credentials, Flavor, Options, Sending, Target, Withheld, doctor, document, state as remote_state,
    unknown_letter,
};
use imr::{Error, ErrorKind, index, present};

use super::args::{
    DoctorArgs, FlavorArg, IndexChoice, InitArgs, RemoteArgs, RemoteChoice, RemoteCommand, ReportFormat, TakeDownArgs,
};
use super::message::counted;
use super::{End, interrupt, last, message, output};

/// Does what was asked for there.
pub fn run(args: RemoteArgs) -> anyhow::Result<End> {
    match args.command {
        RemoteCommand::Init(args) => init(args),
        RemoteCommand::Doctor(args) => diagnose(args),
        RemoteCommand::TakeDown(args) => take_down(args),
    }
}

/// A client for a target, with the credentials that the user has for it.
pub fn connect(target: &Target, choice: &RemoteChoice) -> anyhow::Result<Client> {
    Ok(Client::connect(target, flavor(choice.flavor), &options(target, choice)?)?)
}

fn flavor(typed: FlavorArg) -> Option<Flavor> {
    Flavor::from_name(match typed {
        FlavorArg::Auto => return None,
        FlavorArg::Opensearch => "opensearch",
        FlavorArg::Elasticsearch => "elasticsearch",
        FlavorArg::Quickwit => "quickwit",
        FlavorArg::Rsearch => "rsearch",
    })
}

fn options(target: &Target, choice: &RemoteChoice) -> anyhow::Result<Options> {
    let credentials = credentials(choice)?;
    if credentials != Credentials::None && target.is_open() {
        message::note("the credentials go over the network in the clear; `https://` hides them");
    }
    let file = choice.ca_file.clone().or_else(|| variable("IMR_REMOTE_CA_FILE").map(PathBuf::from));
    let ca = file.map(|file| std::fs::read(&file).map_err(|e| Error::io(&file, e))).transpose()?;
    Ok(Options { credentials, ca, timeout: Duration::from_secs(u64::from(choice.timeout)) })
}

/// A variable that says something.
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// Who asks: the file that was named, or else what variables tell.
fn credentials(choice: &RemoteChoice) -> imr::Result<Credentials> {
    let of_file = |file: &Path| {
        let text = std::fs::read_to_string(file).map_err(|e| Error::io(file, e))?;
        if is_open_to_others(file) {
            message::note(&format!("others can read `{}`; `chmod 600` keeps it to you", file.display()));
        }
        Credentials::parse(&text).map_err(|error| error.with_path(file))
    };
    if let Some(file) = &choice.credentials {
        return of_file(file);
    }
    match (variable("IMR_REMOTE_API_KEY"), variable("IMR_REMOTE_USER"), variable("IMR_REMOTE_CREDENTIALS")) {
        (Some(_), Some(_), _) => Err(Error::new(
            ErrorKind::Usage,
            "IMR_REMOTE_API_KEY and IMR_REMOTE_USER are both set, and only one of them can ask",
        )),
        (Some(key), ..) => Credentials::ApiKey(key).checked(),
        (_, Some(user), _) => {
            let password = variable("IMR_REMOTE_PASSWORD").unwrap_or_default();
            Credentials::Basic { user, password }.checked()
        }
        (_, _, Some(file)) => of_file(Path::new(&file)),
        _ => Ok(Credentials::None),
    }
}

#[cfg(unix)]
fn is_open_to_others(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(file).is_ok_and(|data| data.is_file() && data.permissions().mode() & 0o077 != 0)
}

#[cfg(not(unix))]
fn is_open_to_others(_: &Path) -> bool {
    false
}

/// The first wait after a refusal is up to this long.
const BACKOFF: Duration = Duration::from_millis(500);
/// No wait is longer.
const MOST_BACKOFF: Duration = Duration::from_secs(60);
/// Another first wait, in seconds: for tests that refuse a lot.
const BACKOFF_SECONDS: &str = "IMR_BACKOFF_SECONDS";
/// What Quickwit took can be found after this long.
const SETTLING: Duration = Duration::from_secs(COMMIT_SECONDS + 5);
/// The same, in seconds, for tests.
const SETTLING_SECONDS: &str = "IMR_SETTLING_SECONDS";

/// How batches are sent, with how long to go on while the server takes nothing.
pub fn sending(patience: Duration) -> Sending {
    let seconds = |name: &str| Duration::try_from_secs_f64(variable(name)?.parse().ok()?).ok();
    Sending {
        backoff: seconds(BACKOFF_SECONDS).unwrap_or(BACKOFF),
        most_backoff: seconds(BACKOFF_SECONDS).map_or(MOST_BACKOFF, |base| base * 8),
        patience,
        settling: seconds(SETTLING_SECONDS).unwrap_or(SETTLING),
    }
}

/// Where it is remembered what was sent to a target: where it was said, beside the index, or for what is no index in the
/// user's folder of states. A target has one name there: under another one of the same servers, what was sent would be sent
/// again, and what was taken down, too.
pub fn state(typed: Option<PathBuf>, index: Option<&Path>, target: &Target) -> imr::Result<PathBuf> {
    if let Some(typed) = typed {
        return Ok(typed);
    }
    let folder = match index {
        Some(index) => index.to_path_buf(),
        None => last::folder().ok_or_else(|| {
            Error::new(ErrorKind::Usage, "there is no folder to remember what was sent")
                .with_hint("name a file with `--state FILE`")
        })?,
    };
    let folder = folder.join("publish");
    let path = folder.join(format!("{}.state", target.slug()));
    if !path.exists() {
        let known = remote_state::targets(&folder).into_iter().filter_map(|known| Target::parse(&known).ok());
        if let Some(known) = known.into_iter().find(|known| known.meets(target)) {
            return Err(Error::new(ErrorKind::Usage, format!("`{target}` was published to as `{known}`"))
                .with_hint("name it so, or name a file of its own with `--state FILE`"));
        }
    }
    Ok(path)
}

/// The files in which it is remembered what was published to a target from here: of the index that is meant, and of exports.
fn states(args: &TakeDownArgs, target: &Target) -> anyhow::Result<Vec<PathBuf>> {
    if args.state.is_some() {
        return Ok(vec![state(args.state.clone(), None, target)?]);
    }
    let index = match index_dir(&args.index) {
        Ok(index) => Some(index),
        Err(error) if args.index.dir().is_some() => return Err(error),
        Err(_) => None,
    };
    let mut states =
        index.map(|index| state(None, Some(&index), target)).into_iter().collect::<imr::Result<Vec<_>>>()?;
    if args.index.dir().is_none() && last::folder().is_some() {
        states.push(state(None, None, target)?);
    }
    states.retain(|state| state.exists() || Withheld::path(state).exists());
    if states.is_empty() {
        let message = format!("nothing was published to `{target}` from here, so no list of letters is read for it");
        return Err(Error::new(ErrorKind::Usage, message)
            .with_hint("run it where the index is that was published, name the target as it was named there, or name the file that `imr publish` has for it with `--state FILE`")
            .into());
    }
    Ok(states)
}

/// The index folder that is meant, which must be there.
pub fn index_dir(choice: &IndexChoice) -> anyhow::Result<PathBuf> {
    Ok(index::find(choice.dir().as_deref(), &std::env::current_dir()?)?)
}

fn init(args: InitArgs) -> anyhow::Result<End> {
    let target = Target::parse(&args.target)?;
    let spread = Spread { shards: args.shards, replicas: args.replicas };
    if args.print {
        let flavor = match flavor(args.remote.flavor) {
            Some(flavor) => flavor,
            None => connect(&target, &args.remote)?.flavor(),
        };
        let (method, path, body) = creation(flavor, &target.index, spread);
        message::note(&format!("the index is made by {method} {path} with this body"));
        let mut out = output::stdout();
        writeln!(out, "{body:#}")?;
        out.flush()?;
        return Ok(End::Done);
    }
    let client = connect(&target, &args.remote)?;
    match init::make(&client, spread)? {
        Made::New => message::note(&format!("`{target}` is made; `imr publish --to {target}` fills it")),
        Made::Before => message::note(&format!("`{target}` was there before, with these fields")),
    }
    Ok(End::Done)
}

fn diagnose(args: DoctorArgs) -> anyhow::Result<End> {
    let servers = Target::parse_servers(&args.servers)?;
    let client = connect(&servers, &args.remote)?;
    let stop = interrupt::stop()?;
    let Some(diagnosis) = doctor::diagnose(&client, &stop)? else {
        message::note("interrupted; the index that was made for it is taken away again");
        return Ok(End::Interrupted);
    };
    let mut out = output::stdout();
    match args.format {
        ReportFormat::Text => present::diagnosis(&mut out, &diagnosis, &output::style(&args.look))?,
        ReportFormat::Json => present::diagnosis_json(&mut out, &diagnosis)?,
    }
    out.flush()?;
    Ok(if diagnosis.fit { End::Done } else { End::Missing })
}

/// How long to go on while a server does not take letters away.
const PATIENCE: Duration = Duration::from_secs(120);

fn take_down(args: TakeDownArgs) -> anyhow::Result<End> {
    let target = Target::parse(&args.target)?;
    let letter = |name: &String| document::letter_of_name(name).ok_or_else(|| unknown_letter(name));
    let letters = args.cases.iter().map(letter).collect::<imr::Result<Vec<_>>>()?;
    let states = states(&args, &target)?;
    let what = counted(letters.len() as u64, "letter");
    if args.undo {
        takedown::lift(&states, &target.to_string(), &letters)?;
        message::note(&format!("{what} may be published again; `imr publish --to {target}` does it"));
        return Ok(End::Done);
    }
    let stop = interrupt::stop()?;
    // Before anything that may fail: whatever becomes of the rest, nobody publishes them again.
    takedown::withhold(&states, &letters)?;
    let taken = connect(&target, &args.remote).and_then(|client| {
        let mut waits = |what| match what {
            Wait::Publisher => message::note("another process publishes to this target; its end is waited for"),
            Wait::Engine(time) => message::note(&format!(
                "Quickwit was asked to delete, and is asked again in {} seconds for what it took a moment ago and does not show yet",
                time.as_secs_f64().ceil()
            )),
        };
        let sending = sending(PATIENCE);
        Ok(takedown::take_down((&client, &states), &letters, &sending, &mut waits, &stop)?)
    });
    let stays =
        "what is to be taken down stays on the list that `imr publish` leaves out; the same command goes on from there";
    let TakenDown { deleted, deletions_asked } = match taken {
        Ok(Some(taken)) => taken,
        Ok(None) => {
            message::note(&format!("interrupted; {stays}"));
            return Ok(End::Interrupted);
        }
        Err(error) => {
            message::note(stays);
            return Err(error);
        }
    };
    if deletions_asked > 0 {
        let documents = counted(deletions_asked, "document");
        message::note(&format!(
            "{documents} will be deleted; Quickwit does so in its own time, and finds them until then"
        ));
    }
    message::note(&format!(
        "{what} taken down: {} deleted there, and `imr publish` leaves them out",
        counted(deleted, "document")
    ));
    Ok(if deleted + deletions_asked == 0 { End::Nothing } else { End::Done })
}
