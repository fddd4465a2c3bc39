"""The entrance: `streamlit run app.py`. The gate stands in front of everything, the desks' pages included."""

import streamlit as st
from starlette.middleware import Middleware

from pages.parts.rounds import while_open
from pages.routes import every_route
from pages.routes.gate import Gate

app = st.App("pages/shell.py", lifespan=while_open, routes=every_route(), middleware=[Middleware(Gate)])
