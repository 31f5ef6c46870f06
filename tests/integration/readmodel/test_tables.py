"""The tables of each service's lists are as the lists declare."""

from collections.abc import Awaitable, Callable

import asyncpg
import pytest

from banen_cli.installed import services
from banen_kit.application.definition import Service
from banen_kit.application.read_model import ReadModel
from banen_kit.readmodel.rows import column_type
from support.servers import Database

LISTS = [(service, model) for service in services().values() for model in service.lists]


@pytest.mark.parametrize(("service", "model"), LISTS, ids=lambda one: one.name)
async def test_each_table_has_the_columns_that_its_list_declares(
    database: Database, new_schema: Callable[..., Awaitable[str]], service: Service, model: ReadModel
):
    schema = await new_schema(*service.sql)
    connection = await asyncpg.connect(database.service_url)
    rows = await connection.fetch(
        "select column_name, data_type, is_nullable from information_schema.columns"
        " where table_schema = $1 and table_name = $2",
        schema,
        model.table,
    )
    await connection.close()
    has = {row["column_name"]: row["data_type"] for row in rows}
    columns = {name: column_type(model.kind_of(name)) for name in model.columns}
    assert has == {"generation": "integer", "ref": "text", "data": "text", **columns}
    sorted_by = {name for name in model.sorts if name not in model.personal}
    assert {row["column_name"] for row in rows if row["is_nullable"] == "YES"}.isdisjoint(sorted_by)
