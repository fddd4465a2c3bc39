"""What every request has that one person makes and another decides. Each table keeps its own columns `asked_by`, `asked_staff_id`, `decided_at`, `decided_by`."""

from uuid import UUID


class Asked:
    """`asked_by`: whose account, `asked_staff_id`: the member of staff it belongs to; `decided_at` None: nobody has decided."""

    @property
    def asker(self) -> tuple[UUID | None, UUID | None]:
        """Who asked, as core.grants.Person."""
        return self.asked_by, self.asked_staff_id


class Entered:
    """`entered_by`: whose account, `entered_staff_id`: the member of staff it belongs to."""

    @property
    def enterer(self) -> tuple[UUID | None, UUID | None]:
        """Who entered it, as core.grants.Person."""
        return self.entered_by, self.entered_staff_id
