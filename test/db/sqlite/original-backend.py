"""The original backend's models, as its document describes them, writing a file with its own SQLModel.

usage: original-backend.py FILE text|datetime   prints what its API would have answered to GET /api/sessions
"""

import json
import sys
from datetime import datetime
from typing import List, Optional

from sqlmodel import Field, Relationship, Session, SQLModel, create_engine, select, text

file, times = sys.argv[1:]
Time = datetime if times == "datetime" else str


class ChatSession(SQLModel, table=True):
    id: str = Field(primary_key=True)
    title: str
    created_at: Time
    messages: List["Message"] = Relationship(back_populates="session")


class Message(SQLModel, table=True):
    id: Optional[int] = Field(default=None, primary_key=True)
    session_id: str = Field(foreign_key="chatsession.id", index=True)
    content: str
    sender: str
    timestamp: Time
    session: Optional[ChatSession] = Relationship(back_populates="messages")


def time(minute: int, microsecond: int = 0):
    value = datetime(2025, 11, 30, 12, minute, 0, microsecond)
    return value if Time is datetime else value.isoformat() + ".000Z"


engine = create_engine(f"sqlite:///{file}")
SQLModel.metadata.create_all(engine)
with Session(engine) as db:
    db.add(ChatSession(id="123", title="Überschrift 😀", created_at=time(0)))
    db.add(ChatSession(id="empty", title="New chat", created_at=time(1, 5)))
    db.commit()
    for number in range(5):
        sender = "assistant" if number % 2 else "user"
        db.add(Message(session_id="123", content=f"Hello\n{number}", sender=sender, timestamp=time(2, number * 1000)))
        db.commit()
    # As SQLite's CURRENT_TIMESTAMP has it, which another program may have written.
    separator = " " if Time is datetime else "T"
    db.execute(text(f"insert into message values (6, '123', 'Now', 'user', '2025-11-30{separator}12:02:30')"))
    db.commit()
    # The original did not check that the session exists, and SQLite does not by default.
    db.add(Message(session_id="gone", content="Anyone?", sender="user", timestamp=time(3)))
    db.commit()
    sessions = [
        {**json.loads(row.json()), "messages": [json.loads(message.json()) for message in row.messages]}
        for row in db.exec(select(ChatSession))
    ]
    print(json.dumps(sessions))
