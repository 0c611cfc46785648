"""Where does time go, and how much came back? Pure: values in, values out."""
