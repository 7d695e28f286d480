"""The pages for people: the desk, the team lead's phone, the resident's state; Chinese and English, no outside host."""
