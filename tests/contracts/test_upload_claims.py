"""Claims on uploads: one holder at a time, in this process and among processes; they end with the session that holds them."""

from collections.abc import Iterator

import pytest

from invoiceflow.adapters.postgres_claims import PostgresUploadClaims
from invoiceflow.database import Database
from invoiceflow.ports.unavailable import Unavailable
from invoiceflow.ports.upload_claims import ClaimHeld, UploadClaims


@pytest.fixture
def claims(database: Database) -> Iterator[UploadClaims]:
    claims = PostgresUploadClaims(database)
    yield claims
    claims.close()


@pytest.fixture
def others(database: Database) -> Iterator[UploadClaims]:
    """Those of another process, as far as the server can see."""
    others = PostgresUploadClaims(database)
    yield others
    others.close()


def test_a_claim_is_held_once_and_free_again_afterwards(claims: UploadClaims, others: UploadClaims) -> None:
    with claims.hold("a") as is_held, claims.hold("b"):
        assert is_held()
        for anyone in (claims, others):
            with pytest.raises(ClaimHeld), anyone.hold("a"):
                pytest.fail("it was held twice")
    for anyone in (others, claims):
        with anyone.hold("a"):
            pass


def test_claims_end_with_their_session_and_their_holder_knows(
    claims: UploadClaims, others: UploadClaims, database: Database
) -> None:
    with claims.hold("a") as is_held:
        with database.statement("database") as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
                " WHERE application_name = 'invoiceflow-session' AND datname = current_database()"
            )
        assert not is_held()
        with others.hold("a"):
            pass
    with claims.hold("a") as is_held_again:  # connected anew
        assert is_held_again()


def test_an_exception_inside_frees_the_claim(claims: UploadClaims, others: UploadClaims) -> None:
    with pytest.raises(ZeroDivisionError), claims.hold("a"):
        raise ZeroDivisionError
    with others.hold("a"):
        pass


def test_without_a_database_there_are_no_claims() -> None:
    nowhere = Database("postgresql://nobody@127.0.0.1:1/none", application_name="tests", size=1)
    claims = PostgresUploadClaims(nowhere)
    with pytest.raises(Unavailable), claims.hold("a"):
        pytest.fail("it was held")
    claims.close()
    nowhere.close()
