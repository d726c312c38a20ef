plimsoll completion fish | source
