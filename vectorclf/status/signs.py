"""Signs of denial, negation, refusal, supposition and advice, and what closes their scopes.

All are matched in lower case. Words that look like a sign but deny nothing ("not only", "never told
his wife", "does not deny") are excluded here, one by one; what a sign is worth is learned.
"""

from __future__ import annotations

import re


def _any(words: str) -> str:
    """A group of alternatives, separated by white space; ``_`` is a space in one of them."""
    return f"(?:{'|'.join(words.split())})".replace("_", " ")


AUX = _any("had has have was were is are did does do be been being could would can will should "
           "must might may")
_TOLD = _any("report claim suggestion allegation accusation rumou?r charge story stories "
             "assertion account idea notion theory insinuation view") + r"s?\b"
_THING = _any(r"offers? money payments? pay fees? bribes? cash cheques? checks? envelopes? "
              r"rewards? gifts? sums? dollars euros pounds proposals? approach(?:es)? pitch "
              r"overtures? invitations? advances? it him them every\w* all any\w*") + r"\b"
_FALSE = _any("not_(?:accurate|true|correct) false untrue baseless unfounded groundless fabricated "
              "inaccurate nonsense (?:an_)?inventions? (?:a_)?(?:pure_)?(?:lies?|legends?|myths?|"
              "fictions?)")
_KEPT_BACK = r"(?:to )?(?:been )?(?:at first )?(?:\w+ly )?" + _any(
    # a secret kept, an end, a return, a feeling: said with "not", and yet it happened
    r"tell told know\w* knew learn\w* guess\w* notic\w* suspect\w* report(?:ed)? reveal\w* "
    r"disclos\w* say said mention\w* doubt\w* hid\w* explain\w* identif\w+ named publish\w* "
    r"ask(?:ed)?_(?:\w+_)?why once_(?:ask|talk|sp[eo]k|mention)\w* stop\w* cease\w* hesitat\w* "
    r"for(?:g|get|got)[aeio]\w* forget forgot pardon\w* got_over regret\w* resist\w* bear stand "
    r"help_\w+ing refus\w* object\w* den(?:y|ied) disput\w+ contest\w+ ignor\w+ disregard\w* "
    r"rule_out exclude agree\w* approv\w+ condone tolerate overlook follow dared? want\w* wish\w* "
    r"like\w* mean meant intend\w* thought believe see seen look\w* reali[sz]\w* underst\w+ aware "
    r"happy willing satisfied content pleased proud exist\w* fail\w* wait\w* otherwise disappoint "
    r"lose bring brought return\w* com(?:e|ing)_(?:back|home) go(?:ing)?_(?:back|home) board\w* "
    r"leave left reach\w* escape\w* caught charged tried_for prosecuted punished arrested exposed "
    r"convicted discovered made_public detect\w* question\w* (?:re)?pay\b afford make_ends feed "
    r"cope cover suffice meet_(?:his|her|their|the)_(?:debts?|payments?|bills?) "
    r"given_(?:his|her)_due paid_(?:since|for)"
) + r"\b"
_NO_NEGATION = r"(?! +" + _any(
    "only just merely simply solely longer doubt more less later sooner secret surprise wonder "
    "matter for_nothing least until even always necessarily alone so_much long far yet enough able "
    "(?:in_return_)?but one_but to_do_with relation other choice way friend stranger fewer idea "
    "pocket unlike without not much such wrong "
    "(?:the|his|her)_(?:first|last|only) scruples? qualms? hesitation regrets? remorse trouble "
    "difficulty"
) + rf"\b| +{_KEPT_BACK})"
_NOT_ITSELF = "".join(f"(?<!{x} )" for x in ("not", "n't", "never", "was", "were", "been", "being"))
_REFUSED = r"(?:refus(?:e|es|ed|ing)|declin(?:e|es|ed|ing))"

SIGNS: tuple[tuple[str, tuple[str, ...], re.Pattern[str]], ...] = tuple(
    (kind, tuple(needs.split()), re.compile(pattern)) for kind, needs, pattern in (
        ("deny", "deny deni", "(?<!^)" + _NOT_ITSELF + "".join(
            f"(?<!{x} )" for x in ("having", r"\ba", "the", "over", "his", "her"))
         + r"\bden(?:y|ies|ied|ying)\b(?! " + _any(
             r"a an his her their its him them us me nothing promotion tenure leave entry access "
             r"permission knowing (?:\w+_)?knowledge") + r"\b)"
         rf"|\bden(?:y|ies|ied|ying) (?:\w+ ){{0,2}}?{_TOLD}|\bdenials? (?:of|that)\b"),
        ("deny", "reject dismiss refut disput rebut repudiat disprov discount scoff",
         r"(?<!not )\b(?:reject|dismiss|refut|disput|rebut|repudiat|disprov|discount|scoff\w* at)"
         rf"\w* (?:as \w+ )?(?:\w+ ){{0,3}}?{_TOLD}(?! by\b)"),
        ("unproven", "no any little without",
         r"\b(?:no|without|any|little|nor|nothing)(?: \w+){0,2}? (?:evidence|proof|truth|signs?|"
         r"indications?|suggestion|basis|grounds)\b|\b(?:proved|proves) nothing\b|\bnothing "
         r"(?:\w+ ){0,4}?(?:suggest|show|indicate|prove|point)(?:s|d|ed)?\b"),
        ("unproven", "not n't never",
         r"\b(?:not|never|\w+n't) (?:\w+ )?(?:alleg\w+|claim(?:s|ed)?|suggest\w*|contend\w*|"
         r"accused|prov(?:ed?|en)|shown|show|establish(?:ed)?|persuaded|demonstrate[ds]?)\b"
         r"|\b(?:not|isn't|wasn't|never) (?:true|the case|correct|accurate|a fact) that\b"),
        ("unproven", "false untrue wrong nonsense invention lie myth legend",
         r"\b(?:is|was|are|were) (?:\w+ )?(?:false|untrue|wrong|nonsense|an invention|a lie|a myth|"
         r"a legend) that\b"),
        ("unproven", "cleared acquitted exonerated innocent",
         r"\b(?:cleared|acquitted|exonerated|innocent) (?:\w+ ){0,4}?of\b"),
        ("refuse", "refus declin rebuff spurn turn reject",
         rf"{_NOT_ITSELF}\b(?:{_REFUSED}|rebuff\w*|spurn\w*|turn(?:s|ed|ing)? down|reject\w*)"
         rf"(?= (?!to\b)(?:[\w$£€',.]+ ){{0,4}}?{_THING})"
         r"|(?<!was )\bturn(?:s|ed|ing)? (?:\w+ ){1,4}?down\b"),
        ("refuse_to", "refus declin", rf"{_NOT_ITSELF}\b{_REFUSED} to (?!" + _any(
            r"return come go leave say answer talk name identify comment obey be believe discuss "
            r"board apologi\w+ let confirm testify speak tell stop give_up give_in release grant "
            r"allow permit issue renew promote pardon hear admit") + r"\b)"),
        ("not", "not n't never nor",
         rf"\b(?:{AUX} (?:\w+ly )?(?:not|never)|{AUX}n't|can't|won't|cannot|never|nor {AUX}|not|"
         r"nor)\b(?! (?:\w+ ){0,3}?(?:know|knew|guess|learn|suspect|reali[sz]e)\b)"
         rf"{_NO_NEGATION}(?<!if not)(?<!why not)(?<!or not)(?<!never not)"),
        ("no", "no neither",
         r"(?<!say )(?<!said )(?<!saying )\b(?:no|none|nobody|no one|neither|nothing)\b"
         rf"{_NO_NEGATION}(?! (?:\w+ ){{0,6}}?(?:ever "
         r"|had |has |was |were )?" + _any(
             r"knew known thought guessed suspected noticed reali[sz]ed saw seen told doubt\w* "
             r"objected asked caught recogni[sz]ed found_out cared listened thanked loved clapped "
             r"trusted believed tried(?!_to) charged arrested convicted prosecuted punished")
         + r"\b)"),
    )
)  # fmt: skip
"""Kind, substrings of which one must be there (found faster than the pattern), pattern."""

UNTRUE_WORDS = ("not", "false", "untrue", "baseless", "founded", "groundless", "fabricated",
                "wrong", "inaccurate", "nonsense", "invention", "lie", "legend", "myth", "fiction",
                "no ", "never")
UNTRUE = re.compile(
    rf"\b(?:is|are|was|were|being) (?:\w+ )?{_FALSE}\b|\b(?:is|are|was|were) wrong\b|\b(?:has|have|"
    r"had) no (?:basis|foundation|truth)\b|\b(?:never|not) (?:happened|took place|taken place|"
    r"occurred)\b|\bproved (?:false|unfounded|groundless|wrong)\b"
)
SO_TOLD = re.compile(rf"\b{_TOLD}(?! by\b)")
NO_PART = re.compile(
    r"\b(?:play(?:s|ed)|ha[ds]) no (?:\w+ )?(?:part|role)\b"
    r"|\bha[ds] nothing to do with (?:it|this)\b"
)
DECLINED_LAST = re.compile(
    r"(?:[,;]| and| but)(?: \w+){0,3}? (?:refused|declined|rebuffed (?:him|her|them)|turned (?:it|"
    r"him|her|them|the \w+) down|would not|never did|did not|said no)(?: (?:it|him|them|the \w+|at "
    r"once|and reported \w+(?: \w+){0,6}))?\s*[.;]?$"
)
NEXT_UNTRUE = re.compile(
    r"(?:the|that|this) (?:\w+ )?(?:story|claims?|rumou?rs?|reports?|allegations?|accusations?|"
    r"tale|account|charge)(?: \w+)? (?:is|are|was|were|proved|has|had) (?:\w+ ){0,2}?"
    rf"(?:{_FALSE}|no (?:basis|foundation|truth))\b"
    rf"|(?:it|this|that|both|all of it|all of this|they|these) (?:is|are|was|were) (?:\w+ )?"
    rf"{_FALSE}\b"
    r"|nothing of the (?:kind|sort)\b|none of (?:this|it|that|these|them) (?:\w+ ){0,2}?"
    r"(?:happened|took place|occurred|(?:is|was) true)\b"
)
ASKED = re.compile(r"\bwhether\b|\?\W*$")
ANSWERED_NO = re.compile(
    r"(?:he|she|they|it|i|we) (?:had|did|was|were|has|have|is|are) not[,.]|no[,.]"
)

_ANYBODY = ("an? any anyone anybody people persons individuals travell?ers officials officers "
            "soldiers staff employees students citizens users those scientists diplomats visitors ")
_NOBODY_NAMED = r"(?!(?:\w+ ){0,8}?(?:told|said|was|were|had|thought|heard|did)\b)"
_MAY = r"(?:can|could|(?<!in )may|might)"
_SHOULD = (r"(?:(?:should|ought to) (?!have\b)|must (?:not|never|always|report|inform|notify|tell|"
           r"check|avoid|be|refuse|declare|keep)\b)")
_GOT = r"\b(?:would|might|could) (?:\w+ly )?have (?:been|received|got|earned|gained|become|led)\b"
_MAYS = ("can", "could", "may", "might")
_ADVISING = ("should", "must", "ought", "do not", "don't", "never ", "avoid", "beware", "always",
             "advised", "urged", "warned", "reminded", "required", "obliged", "told to")
SUPPOSING = ("could", "would", "might", "may ", "can ", "if ", *_ADVISING[:-1])
WHOLE = tuple((kind, needs, re.compile(pattern)) for kind, needs, pattern in (
    ("if", ("if", "?", "should ", "were ", "suppose"),
     r"^(?!.*(?:\btold (?:him|her|them|me)\b|, (?:he|she|they|the \w+) (?:added|threatened|"
           r"promised)\b))(?:what if\b|"
           r"(?:would|could|might|can|will|does|do) (?:an?|any|you) .*\?|(?:if (?:an?|any|anyone|"
           r"someone|somebody|you|your|there|staff|employees|officials|one|drones|\w+s) |should "
           r"|were |suppose\b).*\b(?:would|could|might|may|can|should|must|will|has to|have to|"
           r"require|report|ring|call|tell|inform|contact)\b)"),
    ("inverted", ("have",),
     r"^(?:had (?!been\b)(?:\w+ ){1,4}\w+,?|(?:even )?if (?:\w+ ){1,3}had\b) "
                 rf".*{_GOT}|{_GOT}.* (?:if|had (?:he|she|they|it|the))\b"),
    ("generic_passive", _MAYS, rf"^{_any(_ANYBODY + 'every all some')} {_NOBODY_NAMED}"
                        rf"(?:[\w'-]+ ){{0,9}}?{_MAY} (?:\w+ly )?be(?:come)?\b(?! to\b)"),
    ("generic_active", _MAYS, "^" + _any(
        _ANYBODY + "consultants recruiters handlers spies agents (?:foreign_|hostile_|"
        "intelligence_|enemy_)*(?:services|agencies)")
        + rf" {_NOBODY_NAMED}(?:[\w'-]+ ){{0,6}}?{_MAY} (?!be)"),
    ("advice", _ADVISING,
     r"^(?!(?:\w+ ){0,6}?(?:was|were|had|told|said|thought|felt|that|who)\b)"
               rf"(?:\w+ ){{0,6}}?{_SHOULD}"
               rf"|^{_any(_ANYBODY)} {_NOBODY_NAMED}"
               rf"(?:[\w'-]+ ){{7,16}}?{_SHOULD}"
               r"|^(?:do not|don't|never (?:take|accept|give|tell|talk|discuss|let|answer|sign|"
               r"leave|post|reply|agree|meet)|avoid|beware|always)\b|"
               r"\b(?:is|are) (?:\w+ )?(?:advised|urged|warned|reminded) (?:to|not|against|that)\b"
               r"|\b(?:is|are) (?:required|obliged|told) to (?:report|inform|notify|declare)\b"),
))  # fmt: skip
"""Kinds whose scope is a whole sentence, or what stands between semicolons, colons and dashes;
again with substrings of which one must be there."""
ASIDE = re.compile(
    r", (?:however|of course|moreover|(?:[\w'-]+ ){1,4}?(?:said|says|added|adds|insisted|wrote|"
    r"found|concluded|told (?:\w+ ){0,3}\w+)),"
)
BREAK = re.compile(r"[;:—–]|\s-\s")
NOT = re.compile(r"\bnot\b|n't\b")

_BUT = (r"(?<!anyone )(?<!anybody )(?<!nothing )\bbut\b|(?:(?<=anyone )|(?<=anybody ))but "
        r"(?!(?:his|her|their|its|the|an?)\b)")
_TURN = (rf"[;:—–]|\s-\s|{_BUT}|\b(?:although|though|yet|however|while|whereas|except|until|saying|"
         r"anything but|other than|only|as (?:\w+ )?(?:prosecut\w+|intelligence|officials?|police) "
         r"(?:claims?|says?|alleges?))\b")
HARD_TURN = re.compile(_TURN)
ANY_TURN = re.compile(rf"{_TURN}|\b" + _any(
    "instead rather because since after before when than as_if as_though despite even unless")
    + r"\b")
CLAUSE_END = re.compile(
    r",? \band (?!nor?\b|never\b)|, (?:he|she|they|it|we|i|who|which|where|as|the|his|her|their|"
    r"but|so|then|an?|in|on|at|from|by|for)\b|\b(?:who|which)\b"
    r"|,(?!\d| (?:[\w'-]+,? ){0,5}?(?:or|nor|not|never|no)\b)"
)
PHRASE_END = re.compile(r",(?!\d)|\.(?!\d)|\b(?:and|he|she|they)\b")
NEXT_VERB = re.compile(r"(?<=\w) (?:is|are|was|were|will|has)\b")
COMMA = re.compile(r",(?!\d)")
REFUSAL_END = re.compile(r",? \band\b|,(?!\d)")
RELATIVE = re.compile(r"\b(?:who|which) $")
RESTRICTIVE = re.compile(r"[^,] (?:who|which) $")
UNREAL_AFTER = re.compile(r" +have\b.*\b(?:without|if|unless|but for|had)\b")
UNREAL = re.compile(r"\b(?:had|if|unless) (?:\w+ ){1,3}$")
WHEN = re.compile(r"\b(?:when|after|if|because|once|since|until|although|though|whenever) "
                  r"(?:\w+ ){1,2}(?:had )?$")
LATER = re.compile(r"\b(?:at first|initially|at the outset|then|later|eventually|finally)\b")
OBJECT_OF = re.compile(r"(?:\w+ (?:for|of|in|to|by|with) |\w+ )$")
DOUBTER = re.compile(r"\b(?:prosecut|police|investigat|official|suspect|believ|alleg|accus|insist)")
ACCUSER = re.compile(
    r"\b(?:prosecut\w+|police|investigators?|officials?|service|crown|court|records?|receipts?|"
    r"notebook|list|found|but)\b"
)
