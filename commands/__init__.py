"""The commands of `laurel`, one module or package each; `shared` holds what several of them use."""
