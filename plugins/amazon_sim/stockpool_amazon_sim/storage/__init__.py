"""Where a simulator keeps its state: in memory, or in a SQLite file that processes share."""

from stockpool_amazon_sim.storage.interface import Event, Store, Table
from stockpool_amazon_sim.storage.memory import MemoryStore
from stockpool_amazon_sim.storage.sqlite import SqliteStore

__all__ = ["Event", "MemoryStore", "SqliteStore", "Store", "Table"]
