"""Records of `imr parse` on stdin to the documents that peers index on stdout: one for each issue, one a line.

The fields are those of schema/index.json, with the facts of the letter repeated, and stored is what `imr` stores: the
issue's record with its document, the letter's with the first document of the letter. Only tantivy-cli wants all values
of a field in a list, which is no trouble to the others.
"""
import json
import sys

TEXTS = ["issue", "guideline", "rationale", "claims", "summary", "text", "category"]
KEYWORDS = ["outcome", "basis", "chapter", "specialty", "state", "layout", "priority", "sex", "path"]
NUMBERS = ["age", "decided", "injured", "assigned", "case", "number"]
STORED = ["issue_record", "letter_record"]


def day(date):
    return date and int(date.replace("-", ""))


def documents(letter):
    issues = letter.pop("issues")
    case = letter["case_number"]
    facts = {
        "summary": letter["clinical_summary"],
        "specialty": letter["specialties"],
        "state": letter["licensure"],
        "layout": letter["layout"],
        "priority": letter["priority"],
        "sex": letter["sex"],
        "path": letter["path"],
        "age": letter["age"],
        "decided": day(letter["decision_date"]),
        "injured": day(letter["date_of_injury"]),
        "assigned": day(letter["date_assigned"]),
        "case": case and int(case[2:].replace("-", "")),
    }
    for number, issue in enumerate(issues or [None], 1):
        document = dict(facts, number=number)
        if number == 1:
            document["letter_record"] = json.dumps(letter)
            document["text"] = letter.get("text")
        if issue:
            guideline = issue["guideline"]
            document |= {
                "issue": issue["issue"],
                "guideline": guideline["text"],
                "claims": issue["claims_guideline"]["text"],
                "rationale": issue["rationale"],
                "category": issue["category"],
                "outcome": issue["outcome"],
                "basis": guideline["basis"],
                "chapter": sorted({c["chapter"] for c in guideline["citations"] if c["chapter"]}),
                "issue_record": json.dumps(issue),
            }
        yield {k: v if isinstance(v, list) else [v] for k, v in document.items() if v not in (None, [])}


def main():
    for line in sys.stdin:
        for document in documents(json.loads(line)):
            print(json.dumps(document))


if __name__ == "__main__":
    main()
