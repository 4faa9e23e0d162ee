"""Speaks with `imr mcp` as an assistant's program does, through the protocol's own client, and prints what it hears.

usage: client.py IMR INDEX MODE          MODE is auto or legacy, the protocol's two ways to begin
"""
import asyncio
import json
import sys

from mcp import Client, StdioServerParameters


async def main(imr, index, mode):
    server = StdioServerParameters(command=imr, args=["mcp", "--index", index])
    told = {}
    async with Client(server, mode=mode) as client:
        told["tools"] = [tool.model_dump(mode="json", by_alias=True) for tool in (await client.list_tools()).tools]

        async def call(name, **arguments):
            result = await client.call_tool(name, arguments)
            return result.model_dump(mode="json", by_alias=True)

        told["search"] = await call("search", q="upheld", limit=2, facets=["outcome"])
        hit = told["search"]["structuredContent"]["hits"][0]
        told["letter"] = await call("get_letter", case=f"{hit['case_number']}/{hit['number']}")
        told["similar"] = await call("similar", of=f"{hit['case_number']}/{hit['number']}", limit=3)
        told["stats"] = await call("stats", by=["outcome"])
        told["fault"] = await call("search", q="(a OR")
    print(json.dumps(told))


asyncio.run(main(*sys.argv[1:]))
