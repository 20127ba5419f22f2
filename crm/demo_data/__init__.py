"""What a demo begins with: places, people, inboxes and some months of conversations, out of fixtures/demo.

History can't be written through `messenger.services`, which do everything now: `rows` writes it, consistent as they
would have left it. Randomness is seeded, so that every demo tells the same stories, up to the present day.
"""
