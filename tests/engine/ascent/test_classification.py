"""What people are told is in a picture, and that nobody is called an ape."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from engine.ascent.classification import APES, classify
from engine.classification_sentence import PERSON, UNKNOWN, with_article
from engine.networks.network import Network
from tests.catalogs import catalog

LABELS = ("gorilla", "tray", "sunglasses", "egg")
PICTURE = torch.full((3, 64, 64), 0.5)


def network(*scores: float) -> Network:
    """One that always answers the same."""
    head = nn.Linear(3, 4)
    with torch.no_grad():
        head.weight.zero_()
        head.bias.copy_(torch.tensor(scores).log())
    return Network(
        {"all": nn.Sequential(nn.Conv2d(3, 3, 1))}, mean=(0.0, 0.0, 0.0), std=(1.0, 1.0, 1.0), head=head, labels=LABELS
    )


class Faces:
    """A detector that finds faces of those probabilities wherever it looks."""

    def __init__(self, *shares: float) -> None:
        self._found = torch.tensor([[0, 0, 1, 1, share] for share in shares]).reshape(-1, 5)

    def faces(self, picture: Tensor) -> Tensor:
        return self._found


def told(faces: Faces | None, *scores: float) -> tuple[str, dict[str, float]]:
    found = classify(network(*scores), PICTURE, 64, faces)  # type: ignore[arg-type]
    return found.sentence, {label: round(share, 3) for label, share in found.labels if share > 0}


def test_sentences_say_how_sure_they_are() -> None:
    assert told(Faces(), 0.01, 0.97, 0.01, 0.01)[0] == "This is a tray."
    assert told(Faces(), 0.01, 0.4, 0.3, 0.29)[0] == "This looks like a tray."
    assert told(Faces(), 0.22, 0.26, 0.25, 0.27)[0] == UNKNOWN


def test_a_face_is_a_person_and_the_rest_is_the_rest_of_the_picture() -> None:
    sentence, labels = told(Faces(0.99), 0.6, 0.1, 0.2, 0.1)
    assert sentence == PERSON
    assert labels == {"sunglasses": 0.5, "tray": 0.25, "egg": 0.25}


@pytest.mark.parametrize(("faces", "share"), [(Faces(0.99), 0.97), (Faces(0.7), 0.97), (None, 0.97), (Faces(), 0.85)])
def test_an_ape_is_not_named_unless_there_is_no_doubt_and_no_face(faces: Faces | None, share: float) -> None:
    rest = (1 - share) / 3
    sentence, labels = told(faces, share, rest, rest, rest)
    assert "gorilla" not in sentence
    assert "gorilla" not in labels
    assert sentence in (PERSON, UNKNOWN), "what is left is not made more than it was"


def test_beyond_doubt_it_is_one() -> None:
    assert told(Faces(), 0.97, 0.01, 0.01, 0.01)[0] == "This is a gorilla."


def test_all_primates_of_imagenet_are_among_them() -> None:
    assert set(list(catalog.labels("lite2"))[365:385]) <= APES
    assert {"gorilla", "monkey face"} <= set(catalog.labels("pocket")) & APES


@pytest.mark.parametrize(
    ("label", "words"),
    [("tray", "a tray"), ("egg", "an egg"), ("sunglasses", "sunglasses"), ("unicycle", "a unicycle"), ("bus", "a bus")],
)
def test_articles(label: str, words: str) -> None:
    assert with_article(label) == words


def test_a_network_without_answers_says_nothing() -> None:
    bare = Network({"all": nn.Sequential(nn.Conv2d(3, 3, 1))}, mean=(0.0, 0.0, 0.0), std=(1.0, 1.0, 1.0))
    assert classify(bare, PICTURE, 64, None).sentence == ""
