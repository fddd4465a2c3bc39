// Placeholder words of Streamlit's own widgets follow the language the desk is shown in.
