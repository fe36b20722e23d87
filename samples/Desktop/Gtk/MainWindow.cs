using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Desktop.Gtk;

/// <summary>The window: to the left the field to draw on, to the right what the network makes of it.</summary>
/// <param name="drawing">What is drawn.</param>
/// <param name="recognizer">The model.</param>
[SupportedOSPlatform("linux")]
internal sealed unsafe class MainWindow(Drawing drawing, Recognizer recognizer)
{
    private const int FieldSide = 336, ResultWidth = 460;

    private nint _field;
    private nint _results;
    private Recognition? _recognition;
    private Exception? _fault;

    /// <summary>Shows the window until it is closed.</summary>
    /// <exception cref="InvalidOperationException">There is no display.</exception>
    public void Run()
    {
        if (!Native.Start(0, 0))
        {
            throw new InvalidOperationException("There is no display: DISPLAY or WAYLAND_DISPLAY must name one.");
        }
        GCHandle handle = GCHandle.Alloc(this);
        try
        {
            Build(GCHandle.ToIntPtr(handle));
            Native.RunLoop();
        }
        finally
        {
            handle.Free();
        }
        if (_fault is not null)
        {
            ExceptionDispatchInfo.Throw(_fault);
        }
    }

    private void Build(nint self)
    {
        nint window = Native.NewWindow(0), columns = Native.NewBox(Native.Horizontal, 12);
        nint left = Native.NewBox(Native.Vertical, 8), clear = Native.NewButton("Clear");
        Native.SetTitle(window, "Draw a digit");
        Native.SetBorder(window, 12);
        _field = Native.NewCanvas();
        Native.SetSize(_field, FieldSide, FieldSide);
        Native.AddEvents(_field, Native.PointerEvents);
        _results = Native.NewCanvas();
        Native.SetSize(_results, ResultWidth, FieldSide);
        Native.Pack(left, _field, 0, 0, 0);
        Native.Pack(left, clear, 0, 0, 0);
        Native.Pack(columns, left, 0, 0, 0);
        Native.Pack(columns, _results, 1, 1, 0);
        Native.Add(window, columns);

        Connect(window, "destroy", (delegate* unmanaged[Cdecl]<nint, nint, void>)&Closed);
        Connect(clear, "clicked", (delegate* unmanaged[Cdecl]<nint, nint, void>)&Cleared);
        Connect(_field, "draw", (delegate* unmanaged[Cdecl]<nint, nint, nint, int>)&DrawField);
        Connect(_results, "draw", (delegate* unmanaged[Cdecl]<nint, nint, nint, int>)&DrawResults);
        Connect(_field, "button-press-event", (delegate* unmanaged[Cdecl]<nint, nint, nint, int>)&Pressed);
        Connect(_field, "motion-notify-event", (delegate* unmanaged[Cdecl]<nint, nint, nint, int>)&Moved);
        Connect(_field, "button-release-event", (delegate* unmanaged[Cdecl]<nint, nint, nint, int>)&Released);
        Native.ShowAll(window);

        void Connect(nint widget, string signal, void* handler) =>
            Native.Connect(widget, signal, handler, self, 0, 0);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Closed(nint widget, nint self) => Native.EndLoop();

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Cleared(nint widget, nint self) => Handle(self, window =>
    {
        window.Clear();
        Console.WriteLine("cleared");
    });

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Pressed(nint widget, nint pointer, nint self) =>
        Handle(self, window => window.Draw(pointer, isNew: true));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Moved(nint widget, nint pointer, nint self) =>
        Handle(self, window => window.Draw(pointer, isNew: false));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Released(nint widget, nint pointer, nint self) => Handle(self, window => window.Recognize());

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int DrawField(nint widget, nint context, nint self) =>
        Handle(self, window => Painter.Field(context, window.Strokes, FieldSide));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int DrawResults(nint widget, nint context, nint self) =>
        Handle(self, window => Painter.Results(context, window.Classes, window.Result));

    private IReadOnlyList<IReadOnlyList<Vector2>> Strokes => drawing.Strokes;

    private IReadOnlyList<string> Classes => recognizer.Classes;

    private Recognition? Result => _recognition;

    private void Clear()
    {
        drawing.Clear();
        Show(recognition: null);
    }

    private void Draw(nint pointer, bool isNew)
    {
        double x, y;
        _ = Native.GetPlace(pointer, &x, &y);
        var place = new Vector2((float)(x / FieldSide), (float)(y / FieldSide));
        if (isNew)
        {
            drawing.Begin(place);
        }
        else if (drawing.Strokes.Count > 0)
        {
            drawing.Move(place);
        }
        Native.Redraw(_field);
    }

    private void Recognize()
    {
        Show(recognizer.Recognize(drawing.ToPixels()));
        string layers = string.Join(", ", _recognition!.Layers.Select(layer => string.Create(
            CultureInfo.InvariantCulture, $"{layer.Name} {layer.Rate:P1}")));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{_recognition.Label} {_recognition.Probabilities.Max():0.000} (fired: {layers})"));
    }

    private void Show(Recognition? recognition)
    {
        _recognition = recognition;
        Native.Redraw(_field);
        Native.Redraw(_results);
    }

    /// <summary>
    /// Runs an action of the window whose handle GTK gives back. An exception must not pass through GTK's frames: it
    /// ends the loop and is thrown behind it.
    /// </summary>
    private static int Handle(nint self, Action<MainWindow> action)
    {
        var window = (MainWindow)GCHandle.FromIntPtr(self).Target!;
        try
        {
            action(window);
        }
        catch (Exception exception)
        {
            window._fault ??= exception;
            Native.EndLoop();
        }
        return 1;
    }
}
